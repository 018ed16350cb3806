#pragma once

#include <string>
#include <vector>

#include "unique_fd.h"

namespace lanerelay {

/// Follows the journal of a toll lane, to which the lane controller appends a line for every vehicle. After some
/// megabytes it renames the file and goes on in a new one under the old name; every file ends with a whole line.
class JournalFollower {
 public:
  /// Starts with the first line of the journal. Throws std::system_error.
  explicit JournalFollower(std::string path);

  /// The lines that were completed since the last call, without their ends. Throws std::system_error.
  std::vector<std::string> poll();

 private:
  /// The file that is at the path now, unless it is the one that is being read.
  UniqueFd successor() const;

  void read_to_end(std::vector<std::string>& lines);

  std::string path_;
  UniqueFd file_;
  std::string unfinished_;
};

}  // namespace lanerelay
