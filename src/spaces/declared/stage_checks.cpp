#include <algorithm>

#include <fmt/format.h>

#include "spaces/declared/checks.hpp"
#include "spaces/declared/vocabulary.hpp"

namespace evonas::spaces::declared {
namespace {

using Words = std::map<std::string, Meaning, std::less<>>;

// More blocks than any published network has; beyond it a file is a mistake.
constexpr std::int64_t kMostBlocks = 4000;

/// The meanings of the operations of a stage that are known.
std::vector<const Meaning*> meanings_of(const Stage& stage, const Words& words) {
  std::vector<const Meaning*> result;
  for (const std::string& word : stage.operation.values) {
    if (const auto found = words.find(word); found != words.end()) result.push_back(&found->second);
  }
  return result;
}

/// Visitor: names of the settings that a named operation fixes.
struct FixedSettings {
  std::vector<std::string> names;

  template <class T>
  void operator()(const char* name, const Fixed<T>& value, const char* /*help*/,
                  const FieldRule& /*rule*/ = {}) {
    if (value) names.emplace_back(name);
  }
};

/// Whether an operation of a stage asks the stage for the setting of that name.
bool asks_for(const Meaning& meaning, const std::string& name) {
  if ((operation_word(meaning.operation).reads & reads_of_setting(name)) == 0) return false;
  if (meaning.named == nullptr) return true;
  FixedSettings fixed;
  Settings<Fixed>(meaning.named->settings).fields(fixed);
  return std::ranges::find(fixed.names, name) == fixed.names.end();
}

/// Visitor of the settings of a stage: each is distinct values that some operation asks for.
class StageSettingsChecker {
 public:
  StageSettingsChecker(const std::vector<const Meaning*>& operations, const std::string& path,
                       yaml::Findings& findings)
      : operations_(operations), path_(path), findings_(findings) {}

  template <class T>
  void operator()(const std::string& name, const Chosen<T>& value, const char* /*help*/,
                  const FieldRule& /*rule*/ = {}) {
    if (!value) return;
    const std::string path = path_ + "." + name;
    check_distinct(*value, path, findings_);
    const bool asked = std::ranges::any_of(
        operations_, [&](const Meaning* meaning) { return asks_for(*meaning, name); });
    if (!asked && !operations_.empty()) {
      findings_.add(path, fmt::format("has no effect: no operation of this stage reads it, or "
                                      "each says its own {}",
                                      name));
    }
  }

 private:
  const std::vector<const Meaning*>& operations_;
  const std::string& path_;
  yaml::Findings& findings_;
};

class StageChecker {
 public:
  StageChecker(const Declaration& declaration, yaml::Findings& findings)
      : declaration_(declaration), findings_(findings), words_(meanings(declaration)) {
    two_inputs_ = std::ranges::any_of(declaration.cells,
                                      [](const auto& entry) { return entry.second.inputs == 2; });
  }

  void check() {
    check_part("stem", declaration_.stem, Position::Stem);
    check_part("stages", declaration_.stages, Position::Stage);
    check_part("head", declaration_.head, Position::Head);
    if (blocks_ > kMostBlocks) {
      findings_.add(
          "stages",
          fmt::format("has up to {} blocks with stem, head and the edges of cells, more than {}",
                      blocks_, kMostBlocks));
    }
    for (const auto& [name, cell] : declaration_.cells) {
      for (const std::string& word : cell.operations.values) {
        if (const auto found = words_.find(word); found != words_.end()) {
          check_kernels(found->second, nullptr, "", true);
        }
      }
    }
  }

 private:
  void check_part(const std::string& part, const std::vector<Stage>& stages, Position position) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::string path = fmt::format("{}[{}]", part, i);
      check_stage(stages[i], path, position);
      if (first_) check_first(stages[i], path);
      first_ = false;
    }
  }

  void check_stage(const Stage& stage, const std::string& path, Position position) {
    std::vector<std::string> known = words_for(position);
    const std::vector<std::string> own = user_words(declaration_, true);
    known.insert(known.end(), own.begin(), own.end());
    const std::vector<std::string>& words = stage.operation.values;
    for (std::size_t i = 0; i < words.size(); ++i) {
      check_word(words[i], item_path(path + ".operation", i, words.size()), known, findings_);
    }
    check_distinct(stage.operation, path + ".operation", findings_);
    check_distinct(stage.channels, path + ".channels", findings_);
    check_distinct(stage.depth, path + ".depth", findings_);
    check_distinct(stage.stride, path + ".stride", findings_);
    const std::vector<const Meaning*> operations = meanings_of(stage, words_);
    StageSettingsChecker settings(operations, path, findings_);
    Settings<Chosen>(stage.settings).fields(settings);
    bool pools = false;
    for (const Meaning* meaning : operations) {
      check_kernels(*meaning, &stage, path, two_inputs_);
      pools = check_place(*meaning, stage, path) || pools;
    }
    pooled_ = pooled_ || pools;
    count_blocks(stage, operations);
  }

  /// A cell counts as many blocks as it has edges.
  void count_blocks(const Stage& stage, const std::vector<const Meaning*>& operations) {
    if (stage.depth.values.empty()) return;
    std::size_t size = 1;
    for (const Meaning* meaning : operations) {
      if (meaning->cell != nullptr) size = std::max(size, edges_of(*meaning->cell).size());
    }
    blocks_ += static_cast<std::int64_t>(size) * std::ranges::max(stage.depth.values);
  }

  /// Pooled features have one number a channel. Returns whether the operation leaves such.
  bool check_place(const Meaning& meaning, const Stage& stage, const std::string& path) {
    const bool pooled =
        meaning.operation == Operation::Linear || meaning.operation == Operation::GlobalPool;
    if (!pooled && pooled_) {
      findings_.add(path + ".operation",
                    fmt::format("{} stands behind global pooling, where images have no size: only "
                                "linear can follow",
                                meaning.word));
    }
    if (!pooled) return false;
    if (stage.operation.values.size() > 1) {
      findings_.add(path + ".operation",
                    fmt::format("{} cannot be one of several operations", meaning.word));
    }
    if (findings_.given(path + ".stride")) {
      findings_.add(path + ".stride", fmt::format("has no effect: {} has no stride", meaning.word));
    }
    if (meaning.operation == Operation::GlobalPool && findings_.given(path + ".channels")) {
      findings_.add(path + ".channels", "has no effect: global_pool keeps the width");
    }
    return true;
  }

  /// The network begins with something that has weights, of a stated width.
  void check_first(const Stage& stage, const std::string& path) {
    if (!findings_.given(path + ".channels")) {
      findings_.add(path, "the network begins here: give channels");
    }
    if (std::ranges::find(stage.depth.values, 0) != stage.depth.values.end()) {
      findings_.add(path + ".depth", "the network begins here: 0 cannot be a depth");
    }
    for (const Meaning* meaning : meanings_of(stage, words_)) {
      const Operation operation = meaning->operation;
      if (operation == Operation::Identity || operation == Operation::MaxPool ||
          operation == Operation::AveragePool || operation == Operation::Cell) {
        findings_.add(path + ".operation",
                      fmt::format("the network begins here, and {} has no width of its own: begin "
                                  "with a convolution such as conv",
                                  meaning->word));
      }
    }
  }

  void check_kernels(const Meaning& meaning, const Stage* stage, const std::string& path,
                     bool summed) {
    if ((operation_word(meaning.operation).reads & kKernel) == 0) return;
    const auto kernel =
        effective(declaration_, meaning, stage, path, "kernel", std::int64_t{3}, kPickKernel);
    for (std::size_t i = 0; i < kernel.values.size(); ++i) {
      check_kernel(meaning, kernel.values[i],
                   kernel.listed ? item_path(kernel.path, i, kernel.values.size()) : kernel.path,
                   summed);
    }
  }

  /// Windows of even sides are not centred on pixels, so that sums of what they yield would not
  /// fit.
  void check_kernel(const Meaning& meaning, std::int64_t kernel, const std::string& path,
                    bool summed) {
    if (kernel % 2 == 1) return;
    const bool pools =
        meaning.operation == Operation::MaxPool || meaning.operation == Operation::AveragePool;
    if (pools && !summed) return;
    findings_.add(
        path, pools ? fmt::format("must be odd for a pooling in or beside cells, not {}", kernel)
                    : fmt::format("must be odd for {}, not {}", meaning.word, kernel));
  }

  const Declaration& declaration_;
  yaml::Findings& findings_;
  Words words_;
  bool two_inputs_ = false;
  bool first_ = true;
  bool pooled_ = false;
  std::int64_t blocks_ = 0;
};

}  // namespace

void check_stages(const Declaration& declaration, yaml::Findings& findings) {
  StageChecker(declaration, findings).check();
}

}  // namespace evonas::spaces::declared
