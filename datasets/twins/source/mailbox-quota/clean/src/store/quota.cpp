#include "store/quota.h"

#include <algorithm>

namespace maild {

bool Quota::reserve(std::uint64_t bytes) {
  const std::lock_guard lock{mutex_};
  if (bytes > free()) {
    return false;
  }
  used_ += bytes;
  return true;
}

void Quota::release(std::uint64_t bytes) {
  const std::lock_guard lock{mutex_};
  used_ -= std::min(bytes, used_);
}

void Quota::set_limit(std::uint64_t limit) {
  const std::lock_guard lock{mutex_};
  limit_ = limit;
}

Usage Quota::usage() const {
  const std::lock_guard lock{mutex_};
  return {.used = used_, .limit = limit_, .free = free()};
}

std::uint64_t Quota::free() const { return limit_ - std::min(used_, limit_); }

}  // namespace maild
