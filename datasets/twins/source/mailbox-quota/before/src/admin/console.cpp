#include "admin/console.h"

#include <cstdint>
#include <string>
#include <vector>

#include "store/mailboxes.h"

namespace maild {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

std::string in_mib(std::uint64_t bytes) { return std::to_string(bytes / kMiB) + " MiB"; }

std::string show_usage(const Mailboxes& mailboxes, const std::vector<std::string>& words) {
  if (words.size() != 2) {
    return "ERR usage MAILBOX";
  }
  const auto mailbox = mailboxes.find(words[1]);
  if (!mailbox) {
    return "ERR no mailbox " + words[1];
  }
  const Usage usage = mailbox->quota.usage();
  return "OK " + in_mib(usage.used) + " of " + in_mib(usage.limit);
}

}  // namespace

std::string Console::run(const std::vector<std::string>& words) {
  if (words.empty()) {
    return "ERR no command";
  }
  if (words[0] == "usage") {
    return show_usage(mailboxes_, words);
  }
  return "ERR no command " + words[0];
}

}  // namespace maild
