#include "journal_follower.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lanerelay {
namespace {

[[noreturn]] void fail(const char* what, const std::string& path) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(), what + (" " + path));
}

UniqueFd open_journal(const std::string& path) {
  UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file && errno != ENOENT) fail("open", path);
  return file;
}

struct stat status_of(const UniqueFd& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("stat", path);
  return status;
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
    : path_(std::move(path)), file_(open_journal(path_)) {
  if (!file_) fail("open", path_);
}

std::vector<std::string> JournalFollower::poll() {
  std::vector<std::string> lines;
  // In this order: nothing is appended to the old file once there is a new one.
  UniqueFd next = successor();
  read_to_end(lines);
  if (next) {
    file_ = std::move(next);
    read_to_end(lines);
  }
  return lines;
}

UniqueFd JournalFollower::successor() const {
  // Between the renaming and the new file there is none.
  UniqueFd found = open_journal(path_);
  if (!found) return found;

  const auto ours = status_of(file_, path_);
  const auto theirs = status_of(found, path_);
  if (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino) found.reset();
  return found;
}

void JournalFollower::read_to_end(std::vector<std::string>& lines) {
  std::array<char, 16384> block;
  for (;;) {
    const ssize_t count = ::read(file_.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path_);
    if (count == 0) return;
    unfinished_.append(block.data(), static_cast<std::size_t>(count));
    move_lines(unfinished_, lines);
  }
}

}  // namespace lanerelay
