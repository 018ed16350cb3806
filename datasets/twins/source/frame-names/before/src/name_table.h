#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace flamekit {

using NameId = std::uint32_t;

/// The names of all functions of a profile, each under its own number. Numbers start at 0.
class NameTable {
 public:
  std::size_t size() const { return names_.size(); }

  const std::string& name(NameId id) const { return names_.at(id); }

  /// The number of a name, which is added if it is new.
  NameId intern(const std::string& name) {
    const auto known = ids_.find(name);
    if (known != ids_.end()) return known->second;

    const auto id = static_cast<NameId>(names_.size());
    names_.push_back(name);
    ids_.emplace(name, id);
    return id;
  }

 private:
  std::unordered_map<std::string, NameId> ids_;
  std::vector<std::string> names_;
};

}  // namespace flamekit
