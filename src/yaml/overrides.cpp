#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "yaml/document.hpp"

namespace evonas::yaml {
namespace {

/// The keys of "a.b.0.c".
std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> keys;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    keys.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return keys;
}

/// The child of `node` that `key` names; created where a mapping lacks it.
Node& child(Node& node, const std::string& key, const std::string& path, const Place& place) {
  if (node.kind == Node::Kind::Null) node.kind = Node::Kind::Mapping;
  if (node.kind == Node::Kind::Mapping) {
    if (Node* found = node.find(key)) return *found;
    node.entries.push_back({key, place, {.place = place}});
    return node.entries.back().value;
  }
  if (node.kind == Node::Kind::Sequence) {
    std::size_t position = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), position);
    if (error != std::errc() || end != key.data() + key.size() || position >= node.items.size()) {
      throw YamlError({{place, path,
                        fmt::format("\"{}\" is no position in a list of {} (the first is 0)", key,
                                    node.items.size())}});
    }
    return node.items[position];
  }
  throw YamlError({{place, path,
                    fmt::format("\"{}\" cannot be set inside {}: replace the whole value, as in "
                                "--set '{}={{...}}'",
                                key, node.what(), path)}});
}

}  // namespace

void apply_override(Document& document, std::string_view assignment,
                    const std::filesystem::path& folder) {
  Origin origin{fmt::format("--set {}", assignment), folder};
  const Place place{std::make_shared<const Origin>(origin), 0};
  const std::size_t equals = assignment.find('=');
  const std::string_view path = assignment.substr(0, equals);
  const std::vector<std::string> keys = split_path(path);
  for (const std::string& key : keys) {
    if (equals == std::string_view::npos || key.empty()) {
      throw YamlError({{place, "", "is no assignment: write it as in --set section.key=20"}});
    }
  }
  Document value = parse_document(assignment.substr(equals + 1), std::move(origin), 0);
  if (!value.faults.empty()) throw YamlError(std::move(value.faults));

  Node* node = &document.root;
  std::string done;
  for (const std::string& key : keys) {
    node = &child(*node, key, done, place);
    done += (done.empty() ? "" : ".") + key;
  }
  *node = std::move(value.root);
  node->place = place;
}

}  // namespace evonas::yaml
