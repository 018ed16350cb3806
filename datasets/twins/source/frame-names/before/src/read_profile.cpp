#include <istream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "profile.h"

namespace flamekit {

Profile read_profile(std::istream& in) {
  Profile profile;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty()) continue;

    const auto space = line.rfind(' ');
    if (space == std::string::npos) throw std::runtime_error("no count: " + line);

    Stack stack;
    std::istringstream count(line.substr(space + 1));
    if (!(count >> stack.samples)) throw std::runtime_error("no count: " + line);

    std::istringstream frames(line.substr(0, space));
    std::string frame;
    while (std::getline(frames, frame, ';')) stack.frames.push_back(profile.names.intern(frame));
    profile.stacks.push_back(std::move(stack));
  }
  return profile;
}

}  // namespace flamekit
