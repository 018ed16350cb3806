//! The packets of one beltpack, on their way from the socket to the mixer.

use std::collections::VecDeque;

/// The most packets that wait for the mixer; older ones are dropped so that the delay stays below 200 ms.
const MAX_QUEUED: usize = 10;

/// An RTP packet with 20 ms of Opus audio.
#[derive(Debug, Clone)]
pub struct Packet {
    /// Chosen anew by a beltpack that is switched on or was out of reach for more than five seconds.
    pub source: u32,
    /// Counts the packets of a source, beginning anywhere.
    pub sequence: u16,
    pub audio: Vec<u8>,
}

/// Audio of one beltpack, in the order in which it is to be heard.
#[derive(Debug, Default)]
pub struct Stream {
    queue: VecDeque<Packet>,
}

impl Stream {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a packet from the socket.
    pub fn push(&mut self, packet: Packet) {
        if self.queue.len() == MAX_QUEUED {
            self.queue.pop_front();
        }
        self.queue.push_back(packet);
    }

    /// The next packet for the mixer.
    pub fn pop(&mut self) -> Option<Packet> {
        self.queue.pop_front()
    }
}
