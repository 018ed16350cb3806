#pragma once

#include <string>
#include <vector>

namespace lanerelay {

/// Follows the journal of a toll lane, to which the lane controller appends a line for every vehicle.
class JournalFollower {
 public:
  /// Starts with the first line of the journal. Throws std::system_error.
  explicit JournalFollower(std::string path);
  ~JournalFollower();

  JournalFollower(const JournalFollower&) = delete;
  JournalFollower& operator=(const JournalFollower&) = delete;

  /// The lines that were completed since the last call, without their ends. Throws std::system_error.
  std::vector<std::string> poll();

 private:
  std::string path_;
  int file_;
  std::string unfinished_;
};

}  // namespace lanerelay
