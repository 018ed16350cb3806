#include "journal_follower.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace lanerelay {
namespace {

[[noreturn]] void fail(const char* what, const std::string& path) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(), what + (" " + path));
}

int open_journal(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("open", path);
  return file;
}

void move_lines(std::string& text, std::vector<std::string>& lines) {
  std::size_t start = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  text.erase(0, start);
}

}  // namespace

JournalFollower::JournalFollower(std::string path)
    : path_(std::move(path)), file_(open_journal(path_)) {}

JournalFollower::~JournalFollower() { ::close(file_); }

std::vector<std::string> JournalFollower::poll() {
  std::vector<std::string> lines;
  std::array<char, 16384> block;
  for (;;) {
    const ssize_t count = ::read(file_, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path_);
    if (count == 0) return lines;
    unfinished_.append(block.data(), static_cast<std::size_t>(count));
    move_lines(unfinished_, lines);
  }
}

}  // namespace lanerelay
