#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace flamekit {

using NameId = std::uint32_t;

/// The names of all functions of a profile, each under its own number. Numbers start at 0.
class NameTable {
 public:
  NameTable() = default;
  NameTable(NameTable&&) = default;
  NameTable& operator=(NameTable&&) = default;

  std::size_t size() const { return names_.size(); }

  const std::string& name(NameId id) const { return names_.at(id); }

  /// The number of a name, which is added if it is new.
  NameId intern(std::string_view name) {
    const auto known = ids_.find(name);
    if (known != ids_.end()) return known->second;

    const auto id = static_cast<NameId>(names_.size());
    ids_.emplace(names_.emplace_back(name), id);
    return id;
  }

 private:
  // The keys are views of `names_`, so a table can be moved but not copied.
  std::unordered_map<std::string_view, NameId> ids_;
  std::deque<std::string> names_;
};

}  // namespace flamekit
