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

/// What a stream has seen of its present source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamStats {
    pub received: u64,
    /// Packets that were not there when their successor came, whether or not they turned up afterwards.
    pub lost: u64,
    /// Packets that came twice or after their successor. They are not played.
    pub late: u64,
    /// Packets that the mixer did not fetch in time.
    pub overrun: u64,
}

/// The source that the stream listens to, and the newest packet from there.
#[derive(Debug, Clone, Copy)]
struct Position {
    source: u32,
    newest: u16,
}

/// Audio of one beltpack, in the order in which it is to be heard.
#[derive(Debug, Default)]
pub struct Stream {
    queue: VecDeque<Packet>,
    position: Option<Position>,
    stats: StreamStats,
}

impl Stream {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a packet from the socket, unless its turn is over.
    pub fn push(&mut self, packet: Packet) {
        if !self.is_due(&packet) {
            return;
        }
        if self.queue.len() == MAX_QUEUED {
            self.queue.pop_front();
            self.stats.overrun += 1;
        }
        self.queue.push_back(packet);
    }

    /// The next packet for the mixer.
    pub fn pop(&mut self) -> Option<Packet> {
        self.queue.pop_front()
    }

    pub fn stats(&self) -> StreamStats {
        self.stats
    }

    /// Counts the packet, and says whether it is newer than all before it.
    fn is_due(&mut self, packet: &Packet) -> bool {
        let position = match &mut self.position {
            Some(position) if position.source == packet.source => position,
            _ => {
                self.restart(packet);
                return true;
            }
        };

        self.stats.received += 1;
        match packet.sequence.saturating_sub(position.newest) {
            0 => {
                self.stats.late += 1;
                false
            }
            ahead => {
                self.stats.lost += u64::from(ahead - 1);
                position.newest = packet.sequence;
                true
            }
        }
    }

    /// Begins with the first packet of a source.
    fn restart(&mut self, packet: &Packet) {
        self.queue.clear();
        self.position = Some(Position {
            source: packet.source,
            newest: packet.sequence,
        });
        self.stats = StreamStats {
            received: 1,
            ..StreamStats::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream_of(source: u32, sequences: &[u16]) -> Stream {
        let mut stream = Stream::new();
        for &sequence in sequences {
            stream.push(Packet {
                source,
                sequence,
                audio: vec![0; 3],
            });
        }
        stream
    }

    fn played(stream: &mut Stream) -> Vec<u16> {
        std::iter::from_fn(|| stream.pop())
            .map(|packet| packet.sequence)
            .collect()
    }

    #[test]
    fn counts_what_is_skipped() {
        let mut stream = stream_of(7, &[4100, 4101, 4105]);
        assert_eq!(stream.stats().lost, 3);
        assert_eq!(played(&mut stream), [4100, 4101, 4105]);
    }

    #[test]
    fn does_not_play_what_is_late_or_doubled() {
        let mut stream = stream_of(7, &[4100, 4102, 4101, 4102, 4103]);
        assert_eq!(stream.stats().late, 2);
        assert_eq!(played(&mut stream), [4100, 4102, 4103]);
    }

    #[test]
    fn starts_over_with_a_new_source() {
        let mut stream = stream_of(7, &[4100, 4105]);
        stream.push(Packet {
            source: 8,
            sequence: 12,
            audio: vec![0; 3],
        });
        assert_eq!((stream.stats().received, stream.stats().lost), (1, 0));
        assert_eq!(played(&mut stream), [12]);
    }
}
