#include "store/quota.h"

#include <algorithm>

namespace maild {

bool Quota::reserve(std::uint64_t bytes) {
  const std::lock_guard lock{mutex_};
  if (bytes > limit_ - used_) {
    return false;
  }
  used_ += bytes;
  return true;
}

void Quota::release(std::uint64_t bytes) {
  const std::lock_guard lock{mutex_};
  used_ -= std::min(bytes, used_);
}

Usage Quota::usage() const {
  const std::lock_guard lock{mutex_};
  return {.used = used_, .limit = limit_};
}

}  // namespace maild
