#include "admin/console.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "store/mailboxes.h"

namespace maild {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kLargestLimit = 1024 * 1024 * kMiB;

std::string in_mib(std::uint64_t bytes) { return std::to_string(bytes / kMiB) + " MiB"; }

std::string describe(const Usage& usage) {
  return "OK " + in_mib(usage.used) + " of " + in_mib(usage.limit) + ", " + in_mib(usage.free) + " free";
}

std::string show_usage(const Mailboxes& mailboxes, const std::vector<std::string>& words) {
  if (words.size() != 2) {
    return "ERR usage MAILBOX";
  }
  const auto mailbox = mailboxes.find(words[1]);
  if (!mailbox) {
    return "ERR no mailbox " + words[1];
  }
  return describe(mailbox->quota.usage());
}

/// The bytes of a whole number of MiB, from 1 to the largest limit.
std::optional<std::uint64_t> bytes_of_mib(const std::string& text) {
  std::uint64_t mib = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, mib);
  if (error != std::errc{} || rest != end || mib == 0 || mib > kLargestLimit / kMiB) {
    return std::nullopt;
  }
  return mib * kMiB;
}

std::string set_quota(Mailboxes& mailboxes, const std::vector<std::string>& words) {
  if (words.size() != 3) {
    return "ERR quota MAILBOX MIB";
  }
  const auto mailbox = mailboxes.find(words[1]);
  if (!mailbox) {
    return "ERR no mailbox " + words[1];
  }
  const auto limit = bytes_of_mib(words[2]);
  if (!limit) {
    return "ERR size must be 1 to " + in_mib(kLargestLimit);
  }
  mailboxes.save_limit(words[1], *limit);
  mailbox->quota.set_limit(*limit);
  return describe(mailbox->quota.usage());
}

}  // namespace

std::string Console::run(const std::vector<std::string>& words) {
  if (words.empty()) {
    return "ERR no command";
  }
  if (words[0] == "usage") {
    return show_usage(mailboxes_, words);
  }
  if (words[0] == "quota") {
    return set_quota(mailboxes_, words);
  }
  return "ERR no command " + words[0];
}

}  // namespace maild
