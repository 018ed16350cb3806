#pragma once

#include <cstdint>
#include <mutex>

namespace maild {

/// How full a mailbox is, in bytes.
struct Usage {
  std::uint64_t used;
  std::uint64_t limit;
};

/// Counts the bytes of one mailbox. Deliveries and IMAP sessions share it.
class Quota {
 public:
  Quota(std::uint64_t limit, std::uint64_t used) : limit_{limit}, used_{used} {}

  /// Sets bytes aside for a message; false if it does not fit.
  bool reserve(std::uint64_t bytes);

  /// Gives back the bytes of an expunged message.
  void release(std::uint64_t bytes);

  Usage usage() const;

 private:
  mutable std::mutex mutex_;
  const std::uint64_t limit_;
  std::uint64_t used_;
};

}  // namespace maild
