#pragma once

#include <string>
#include <vector>

#include "spaces/declared/declaration.hpp"
#include "spaces/declared/vocabulary.hpp"
#include "yaml/reader.hpp"

namespace evonas::spaces::declared {

/// Adds a fault for everything that is wrong with a declaration beyond single values. What the
/// reader has refused already may be missing from `declaration`.
void check_operations(const Declaration& declaration, yaml::Findings& findings);
void check_cells(const Declaration& declaration, yaml::Findings& findings);
void check_stages(const Declaration& declaration, yaml::Findings& findings);
/// Operations and cells that nothing chooses from; for a declaration without other faults.
void check_use(const Declaration& declaration, yaml::Findings& findings);
/// Widths that groups do not divide; for a declaration without other faults.
void check_widths(const Declaration& declaration, double width_factor, yaml::Findings& findings);

/// A fault at `path` unless `word` is one of `known`.
bool check_word(const std::string& word, const std::string& path,
                const std::vector<std::string>& known, yaml::Findings& findings);

/// A fault for each value of a list that stands in it twice.
template <class T>
void check_distinct(const OneOrMore<T>& choice, const std::string& path, yaml::Findings& findings);

/// "path[3]", or "path" where there is one value, which need not stand in a list.
std::string item_path(const std::string& path, std::size_t item, std::size_t count);

/// The values that a setting can have in a place with settings of its own (nullptr: in a cell), and
/// where they are said; an empty path where nobody says them. `get` picks the setting from Settings
/// of any kind.
template <class T>
struct Effective {
  std::vector<T> values;
  std::string path;
  bool listed = false;  ///< the path is that of a list
};
template <class T, class Get>
Effective<T> effective(const Declaration& declaration, const Meaning& meaning,
                       const Settings<Chosen>* settings, const std::string& place,
                       const std::string& name, T usual, Get get) {
  if (meaning.named != nullptr && get(meaning.named->settings)) {
    return {{*get(meaning.named->settings)}, "operations." + meaning.word + "." + name};
  }
  if (settings != nullptr && get(*settings)) {
    const auto& values = get(*settings)->values;
    return {{values.begin(), values.end()}, place + "." + name, true};
  }
  if (get(declaration.defaults)) return {{*get(declaration.defaults)}, "defaults." + name};
  return {{usual}, ""};
}

/// A fault for each setting of a place in which one of `operations` stands that none of them reads,
/// or that is a choice twice.
void check_settings(const Settings<Chosen>& settings, const std::vector<const Meaning*>& operations,
                    const std::string& path, yaml::Findings& findings);

/// A fault for each window that an operation cannot have. `joined`: what it yields is added or
/// joined to other values, so that both must have one size.
void check_windows(const Declaration& declaration, const Meaning& meaning,
                   const Settings<Chosen>* settings, const std::string& path, bool joined,
                   yaml::Findings& findings);

/// Words under `operations` and `cells`.
std::vector<std::string> user_words(const Declaration& declaration, bool with_cells);

}  // namespace evonas::spaces::declared
