#include "yaml/document.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "yaml/text_check.hpp"

namespace evonas::yaml {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostLevels = 32;
constexpr std::size_t kMostKeys = 1000;

bool looks_like_number(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return end == text.data() + text.size() && error != std::errc::invalid_argument;
}

/// Builds the tree from the parser's events. Aliases and depth are refused here, while the parser
/// runs, so that no small file can make a large tree or a deep recursion.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(Document& document, Place start) : document_(document), start_(std::move(start)) {}

  void OnDocumentStart(const YAML::Mark& mark) override { document_.root.place = place(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    add({.kind = Node::Kind::Null, .place = place(mark)});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(mark, "aliases (*name) are not supported: write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    refuse_tag(mark, tag);
    // Escapes in double quotes can write what the file itself may not hold.
    if (const auto fault = check_characters(value)) refuse(mark, fault->message);
    const bool quoted = tag == "!";
    const bool null = !quoted && (value.empty() || value == "~" || value == "null");
    add({.kind = null ? Node::Kind::Null : Node::Kind::Scalar,
         .place = place(mark),
         .text = null ? std::string() : value,
         .quoted = quoted});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    refuse_tag(mark, tag);
    open({.kind = Node::Kind::Sequence, .place = place(mark)}, mark);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    refuse_tag(mark, tag);
    open({.kind = Node::Kind::Mapping, .place = place(mark)}, mark);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A collection that is being read; for a mapping also the key whose value comes next.
  struct Open {
    Node node;
    bool has_key = false;
    std::string key;
    Place key_place;
  };

  Place place(const YAML::Mark& mark) const {
    Place result = start_;
    if (start_.line > 0 && !mark.is_null()) result.line += mark.line;
    return result;
  }

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message) const {
    throw YamlError({{place(mark), "", std::move(message)}});
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(mark, fmt::format("the tag {} is not supported: leave it out", tag));
    }
  }

  void open(Node node, const YAML::Mark& mark) {
    if (stack_.size() >= kMostLevels) {
      refuse(mark, fmt::format("nested more than {} levels deep", kMostLevels));
    }
    stack_.push_back({.node = std::move(node)});
  }

  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (stack_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.kind == Node::Kind::Sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      if (node.kind == Node::Kind::Sequence || node.kind == Node::Kind::Mapping) {
        throw YamlError(
            {{node.place, "", fmt::format("{} cannot be a key: keys are words", node.what())}});
      }
      parent.has_key = true;
      parent.key = node.text;
      parent.key_place = node.place;
    } else {
      parent.has_key = false;
      add_entry(parent, std::move(node));
    }
  }

  void add_entry(Open& parent, Node value) {
    const auto& entries = parent.node.entries;
    const auto first = std::find_if(entries.begin(), entries.end(), [&](const Node::Entry& entry) {
      return entry.key == parent.key;
    });
    if (first != entries.end()) {
      document_.faults.push_back(
          {parent.key_place, path() + parent.key,
           fmt::format("is given twice, first in {}: keep one", first->place.to_string())});
      return;
    }
    if (entries.size() >= kMostKeys) {
      throw YamlError(
          {{parent.key_place, "", fmt::format("a mapping has more than {} keys", kMostKeys)}});
    }
    parent.node.entries.push_back({parent.key, parent.key_place, std::move(value)});
  }

  /// Path of the collection that is being read, with a dot at its end.
  std::string path() const {
    std::string result;
    for (std::size_t i = 0; i + 1 < stack_.size(); ++i) {
      const Open& level = stack_[i];
      if (level.node.kind == Node::Kind::Sequence) {
        if (!result.empty()) result.pop_back();
        result += fmt::format("[{}].", level.node.items.size());
      } else {
        result += level.key + ".";
      }
    }
    return result;
  }

  Document& document_;
  Place start_;
  std::vector<Open> stack_;
};

std::string read_file(const std::filesystem::path& file, const FileKind& kind, const Place& place) {
  const auto refuse = [&](std::string message) {
    throw YamlError({{place, "", std::move(message)}});
  };
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) refuse("there is no such file");
  if (std::filesystem::is_directory(status))
    refuse(fmt::format("is a folder, not a {} file", kind.name));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse("cannot be opened for reading");
  std::string text(kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) refuse("cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMostBytes) {
    refuse(fmt::format("is larger than {} bytes: is this a {}?", kMostBytes, kind.name));
  }
  return text;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

std::string Node::what() const {
  constexpr std::size_t kLongest = 60;
  switch (kind) {
    case Kind::Null:
      return "nothing";
    case Kind::Sequence:
      return "a list";
    case Kind::Mapping:
      return "a mapping";
    case Kind::Scalar:
      break;
  }
  std::string shown = text.substr(0, kLongest) + (text.size() > kLongest ? "..." : "");
  if (!quoted && looks_like_number(text)) return "the number " + shown;
  return fmt::format("the text \"{}\"", shown);
}

Document parse_document(std::string_view yaml, Origin origin, int first_line) {
  const Place start{std::make_shared<const Origin>(std::move(origin)), first_line};
  const auto at = [&](int line) {
    Place place = start;
    if (first_line > 0) place.line += line;
    return place;
  };
  if (const auto fault = check_text(yaml)) {
    throw YamlError({{at(fault->line - 1), "", fault->message}});
  }
  Document document;
  document.root.place = start;
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    TreeBuilder builder(document, start);
    if (!parser.HandleNextDocument(builder)) return document;
    Document further;
    TreeBuilder second(further, start);
    if (parser.HandleNextDocument(second)) {
      throw YamlError({{further.root.place, "", "a second document begins: keep one a file"}});
    }
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line;
    throw YamlError({{at(line), "", fmt::format("is no valid YAML: {}", error.msg)}});
  }
  return document;
}

Document read_document(const std::filesystem::path& file, const FileKind& kind) {
  Origin origin{file.string(), file.parent_path()};
  const Place whole{std::make_shared<const Origin>(origin), 0};
  const std::string text = read_file(file, kind, whole);
  Document document = parse_document(text, std::move(origin));
  if (document.root.kind != Node::Kind::Mapping) {
    throw YamlError({{document.root.place, "",
                      fmt::format("holds {}, not a {}: it begins with a line such as \"{}\"",
                                  document.root.what(), kind.name, kind.example)}});
  }
  return document;
}

}  // namespace evonas::yaml
