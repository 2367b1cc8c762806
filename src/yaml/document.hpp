#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/fault.hpp"

namespace evonas::yaml {

/// A piece of YAML with the line it stands in.
struct Node {
  enum class Kind { Null, Scalar, Sequence, Mapping };
  struct Entry;

  Kind kind = Kind::Null;
  Place place;
  std::string text;     ///< of a scalar
  bool quoted = false;  ///< a scalar in quotes is never a number
  std::vector<Node> items;
  std::vector<Entry> entries;

  /// The value of `key`, or nullptr.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);

  /// "a number", "a list", ...: what a person would call it.
  std::string what() const;
};

struct Node::Entry {
  std::string key;
  Place place;
  Node value;
};

/// The YAML of a file, before anything is known about its meaning.
struct Document {
  Node root;
  std::vector<Fault> faults;  ///< keys given twice
};

/// What a file should be, in the words of messages.
struct FileKind {
  std::string name;     ///< "configuration"
  std::string example;  ///< a line that one begins with: "space: nasbench201"
};

/// Reads a file that holds a mapping. Documents are trees of at most 32 levels and 1 MB: aliases,
/// tags and further documents are refused, as are bytes that are no UTF-8 text. Throws YamlError.
Document read_document(const std::filesystem::path& file, const FileKind& kind);

/// The same for YAML that is already in memory. `origin` is where it came from; `first_line` is the
/// number of its first line, or 0 for text without lines.
Document parse_document(std::string_view yaml, Origin origin, int first_line = 1);

/// Replaces one value, given as "budget.evaluations=20": a path of keys, and positions in lists
/// from 0, then "=" and a YAML value. Mappings on the way are created; relative paths in the value
/// count from `folder`. Throws YamlError.
void apply_override(Document& document, std::string_view assignment,
                    const std::filesystem::path& folder);

}  // namespace evonas::yaml
