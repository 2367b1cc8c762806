#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace evonas::search {

/// What the wall time of a search went to, in seconds, all sessions together. What a continued run
/// spends on being asked again counts like everything else.
struct TimeSplit {
  double fit = 0.0;       ///< fitting predictors
  double score = 0.0;     ///< what predictors and cheap sources say of candidates
  double breed = 0.0;     ///< everything else that the algorithm does: variation, selection, choice
  double evaluate = 0.0;  ///< sources, and storing what they report
  double rest = 0.0;      ///< opening and reading the store, display, keys, ...

  double total() const { return fit + score + breed + evaluate + rest; }
};

struct LearningTime;

/// `times` whose `breed` is all of the time in an algorithm, with what of that went to predictors
/// taken out of it and put where it belongs.
TimeSplit with_learning(TimeSplit times, const LearningTime& learning);

/// A part of the time and the word for it in files.
struct TimePart {
  std::string_view name;
  double TimeSplit::*seconds;
};

inline constexpr std::array<TimePart, 5> kTimeParts{{{"fit", &TimeSplit::fit},
                                                     {"score", &TimeSplit::score},
                                                     {"breed", &TimeSplit::breed},
                                                     {"evaluate", &TimeSplit::evaluate},
                                                     {"rest", &TimeSplit::rest}}};

/// `{"fit", "score", "breed", "evaluate", "rest"}`.
nlohmann::json to_json(const TimeSplit& times);

/// "fit=1.5 score=0.25 breed=0 evaluate=60 rest=0.125", exact to the last bit.
std::string to_string(const TimeSplit& times);
/// The reverse. Throws SearchError for any other text.
TimeSplit parse_time_split(std::string_view text);

/// Splits time as it passes: each moment belongs to the part that was entered last and not left, at
/// first to `rest`. Reading is safe from many threads while nobody enters another part.
class PhaseClock {
 public:
  /// Time in a part: from here to the end of its life.
  class Scope {
   public:
    Scope(PhaseClock& clock, double TimeSplit::*part) : clock_(clock), before_(clock.part_) {
      clock_.enter(part);
    }
    ~Scope() { clock_.enter(before_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    PhaseClock& clock_;
    double TimeSplit::*before_;
  };

  /// Goes on from what was spent before.
  void add(const TimeSplit& earlier);

  TimeSplit split() const;

 private:
  void enter(double TimeSplit::*part);

  TimeSplit split_;  ///< up to `entered_`
  double TimeSplit::*part_ = &TimeSplit::rest;
  std::chrono::steady_clock::time_point entered_ = std::chrono::steady_clock::now();
};

}  // namespace evonas::search
