#include <algorithm>
#include <charconv>
#include <cstdint>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "profile.h"

namespace flamekit {
namespace {

std::uint64_t read_count(std::string_view text, const std::string& line) {
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || rest != end) throw std::runtime_error("no count: " + line);
  return count;
}

/// Calls `visit` with each of the parts that are separated by semicolons.
template <typename Visit>
void each_frame(std::string_view stack, Visit visit) {
  while (!stack.empty()) {
    const auto end = std::min(stack.find(';'), stack.size());
    visit(stack.substr(0, end));
    stack.remove_prefix(std::min(end + 1, stack.size()));
  }
}

}  // namespace

Profile read_profile(std::istream& in) {
  Profile profile;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty()) continue;

    const std::string_view text = line;
    const auto space = text.rfind(' ');
    if (space == std::string_view::npos) throw std::runtime_error("no count: " + line);

    Stack stack;
    stack.samples = read_count(text.substr(space + 1), line);
    each_frame(text.substr(0, space), [&](std::string_view frame) {
      stack.frames.push_back(profile.names.intern(frame));
    });
    profile.stacks.push_back(std::move(stack));
  }
  return profile;
}

}  // namespace flamekit
