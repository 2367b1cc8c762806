#include <algorithm>

#include <fmt/format.h>

#include "spaces/declared/checks.hpp"

namespace evonas::spaces::declared {
namespace {

/// Visitor: names of the settings that a named operation fixes.
struct FixedSettings {
  std::vector<std::string> names;

  template <class T>
  void operator()(const char* name, const Fixed<T>& value, const char* /*help*/,
                  const FieldRule& /*rule*/ = {}) {
    if (value) names.emplace_back(name);
  }
};

/// Whether an operation asks the place where it stands for the setting of that name.
bool asks_for(const Meaning& meaning, const std::string& name) {
  if ((operation_word(meaning.operation).reads & reads_of_setting(name)) == 0) return false;
  if (meaning.named == nullptr) return true;
  FixedSettings fixed;
  Settings<Fixed>(meaning.named->settings).fields(fixed);
  return std::ranges::find(fixed.names, name) == fixed.names.end();
}

/// Visitor of the settings of a place: each is distinct values that some operation asks for.
class PlaceChecker {
 public:
  PlaceChecker(const std::vector<const Meaning*>& operations, const std::string& path,
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

/// The path of value `item` of those that a setting can have.
template <class T>
std::string path_of(const Effective<T>& setting, std::size_t item) {
  return setting.listed ? item_path(setting.path, item, setting.values.size()) : setting.path;
}

/// Windows of even sides are not centred on pixels, so that sums of what they yield would not fit.
std::string kernel_fault(const Meaning& meaning, std::int64_t kernel, bool pools, bool joined) {
  if (kernel % 2 == 1 || (pools && !joined)) return {};
  return pools ? fmt::format("must be odd for a pooling in or beside cells or in branches, not {}",
                             kernel)
               : fmt::format("must be odd for {}, not {}", meaning.word, kernel);
}

}  // namespace

void check_settings(const Settings<Chosen>& settings, const std::vector<const Meaning*>& operations,
                    const std::string& path, yaml::Findings& findings) {
  PlaceChecker checker(operations, path, findings);
  Settings<Chosen>(settings).fields(checker);
}

void check_windows(const Declaration& declaration, const Meaning& meaning,
                   const Settings<Chosen>* settings, const std::string& path, bool joined,
                   yaml::Findings& findings) {
  const unsigned reads = operation_word(meaning.operation).reads;
  if ((reads & kKernel) == 0) return;
  const bool pools = (reads & kPadding) != 0;
  const auto kernel =
      effective(declaration, meaning, settings, path, "kernel", std::int64_t{3}, kPickKernel);
  for (std::size_t i = 0; i < kernel.values.size(); ++i) {
    const std::string fault = kernel_fault(meaning, kernel.values[i], pools, joined);
    if (!fault.empty()) findings.add(path_of(kernel, i), fault);
  }
  if (!pools || !joined) return;
  const auto padding =
      effective(declaration, meaning, settings, path, "padding", std::string("same"), kPickPadding);
  for (std::size_t i = 0; i < padding.values.size(); ++i) {
    if (padding.values[i] == "same") continue;
    findings.add(path_of(padding, i),
                 "must be same for a pooling in or beside cells or in branches");
  }
}

}  // namespace evonas::spaces::declared
