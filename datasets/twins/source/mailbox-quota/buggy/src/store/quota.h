#pragma once

#include <cstdint>
#include <mutex>

namespace maild {

/// How full a mailbox is, in bytes.
struct Usage {
  std::uint64_t used;
  std::uint64_t limit;
  std::uint64_t free;
};

/// Counts the bytes of one mailbox. Deliveries and IMAP sessions share it.
class Quota {
 public:
  Quota(std::uint64_t limit, std::uint64_t used) : limit_{limit}, used_{used} {}

  /// Sets bytes aside for a message; false if it does not fit.
  bool reserve(std::uint64_t bytes);

  /// Gives back the bytes of an expunged message.
  void release(std::uint64_t bytes);

  /// Changes how many bytes the mailbox may hold. If it holds more, it keeps them and takes no message
  /// until enough of them are expunged.
  void set_limit(std::uint64_t limit);

  Usage usage() const;

 private:
  /// How many bytes still fit; for callers that hold the mutex.
  std::uint64_t free() const;

  mutable std::mutex mutex_;
  std::uint64_t limit_;
  std::uint64_t used_;
};

}  // namespace maild
