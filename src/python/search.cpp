#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quoted.hpp"
#include "cli/config/configuration.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/driven_search.hpp"
#include "evaluation/command/foreign_text.hpp"
#include "python/runs.hpp"

namespace evonas::python {
namespace {

/// An architecture that a search wants to know about.
struct Candidate {
  SpacePointer space;
  search::Question question;
};

constexpr std::size_t kLongestReason = 1000;

/// A text of Python in UTF-8, with escapes for what is no character ("\udcff").
std::string text_of(nb::handle text) {
  const nb::object bytes =
      nb::steal(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace"));
  if (!bytes.is_valid()) nb::raise_python_error();
  return {PyBytes_AsString(bytes.ptr()), nb::len(bytes)};
}

/// "ArithmeticError: the loss is not a number"; the kind alone where there is no text to be had.
std::string reason_of(nb::handle exception) {
  const std::string kind = text_of(exception.type().attr("__name__"));
  const nb::object what = nb::steal(PyObject_Str(exception.ptr()));
  if (!what.is_valid()) {
    PyErr_Clear();
    return kind;
  }
  const std::string text = text_of(what);
  return text.empty() ? kind : fmt::format("{}: {}", kind, text);
}

double number_of(nb::handle value) {
  const double number = PyFloat_AsDouble(value.ptr());
  if (number == -1.0 && PyErr_Occurred() != nullptr) nb::raise_python_error();
  return number;
}

/// A number, or three: the value and the bounds of its interval.
evaluation::Measurement measurement_of(nb::handle value) {
  if (!nb::isinstance<nb::tuple>(value) && !nb::isinstance<nb::list>(value)) {
    return {.value = number_of(value)};
  }
  if (nb::len(value) != 3) {
    throw search::SearchError("an interval is told as three numbers: (value, low, high)");
  }
  return {.value = number_of(value[0]), .low = number_of(value[1]), .high = number_of(value[2])};
}

std::string names_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

/// The metrics by name; where there is one alone its value will do.
std::map<std::string, evaluation::Measurement> metrics_of(const Candidate& candidate,
                                                          nb::handle values) {
  const std::vector<std::string>& names = *candidate.question.metrics;
  std::map<std::string, evaluation::Measurement> metrics;
  if (!nb::isinstance<nb::dict>(values)) {
    if (names.size() != 1) {
      throw search::SearchError(
          fmt::format("several metrics are told by name, as in {{\"{}\": 1.0}}; they are: {}",
                      names.front(), names_of(names)));
    }
    metrics[names.front()] = measurement_of(values);
  } else {
    for (const auto& [name, value] : nb::borrow<nb::dict>(values)) {
      if (!nb::isinstance<nb::str>(name)) {
        throw search::SearchError(fmt::format(
            "the names of metrics are texts, and one is {}; what is told of this candidate: {}",
            evonas::quoted(text_of(nb::repr(name))), names_of(names)));
      }
      metrics[text_of(name)] = measurement_of(value);
    }
  }
  for (const auto& [name, measurement] : metrics) {
    if (std::ranges::count(names, name) == 0) {
      throw search::SearchError(fmt::format("{} is no metric that is told of this candidate: {}",
                                            evonas::quoted(name), names_of(names)));
    }
    if (!std::isfinite(measurement.value)) {
      throw search::SearchError(fmt::format(
          "{} is {}, which is no finite number: tell a failure instead", name, measurement.value));
    }
  }
  for (const std::string& name : names) {
    if (!metrics.contains(name)) {
      throw search::SearchError(fmt::format("\"{}\" is missing; what is told of this candidate: {}",
                                            name, names_of(names)));
    }
  }
  return metrics;
}

/// What `values` say: metrics, or why there are none: an exception, or a text.
search::Answer answer_of(const Candidate& candidate, nb::handle values, double seconds) {
  if (!std::isfinite(seconds) || seconds < 0.0) {
    throw search::SearchError(
        fmt::format("an evaluation cannot have taken {} seconds: tell 0 or more", seconds));
  }
  search::Answer answer{.number = candidate.question.number, .outcome = {}};
  answer.outcome.seconds = seconds;
  std::string failure;
  if (PyExceptionInstance_Check(values.ptr())) {
    failure = reason_of(values);
  } else if (nb::isinstance<nb::str>(values)) {
    failure = text_of(values);
    if (failure.empty()) {
      throw search::SearchError("a failure is told with its reason, not with an empty text");
    }
  } else {
    answer.outcome.metrics = metrics_of(candidate, values);
  }
  answer.outcome.failure = evaluation::command::one_line(failure, kLongestReason);
  return answer;
}

/// What evonas.Search is made of.
class SearchOfPython {
 public:
  explicit SearchOfPython(std::unique_ptr<cli::DrivenSearch> search) : search_(std::move(search)) {
    auto [name, options] = config::words_of(search_->configuration().space);
    space_ = std::make_shared<Space>(Space{search_->space(), std::move(name), std::move(options)});
  }

  static std::unique_ptr<SearchOfPython> begin_file(const std::string& file,
                                                    const std::vector<std::string>& overrides,
                                                    const std::string& folder, std::size_t threads,
                                                    bool shown) {
    return begin(config::load_configuration(file, overrides), folder, threads, shown);
  }

  static std::unique_ptr<SearchOfPython> begin_text(const std::string& text,
                                                    const std::vector<std::string>& overrides,
                                                    const std::string& folder, std::size_t threads,
                                                    bool shown) {
    return begin(config::parse_configuration(text, std::filesystem::current_path(), overrides),
                 folder, threads, shown);
  }

  static std::unique_ptr<SearchOfPython> resume(const std::string& folder,
                                                const std::vector<std::string>& overrides,
                                                std::size_t threads, bool shown) {
    return std::make_unique<SearchOfPython>(
        cli::DrivenSearch::resume(folder, overrides, {.threads = threads, .shown = shown}));
  }

  std::vector<Candidate> ask(std::size_t count) {
    std::vector<Candidate> candidates;
    const nb::gil_scoped_release released;
    for (search::Question& question : search_->search().ask(count, heed_signals)) {
      candidates.push_back({space_, std::move(question)});
    }
    return candidates;
  }

  void tell(const Candidate& candidate, nb::handle values, double seconds) {
    std::vector<search::Answer> answers;
    answers.push_back(answer_of(candidate, values, seconds));
    send(std::move(answers));
  }

  void tell_all(nb::handle told) {
    std::vector<search::Answer> answers;
    for (const nb::handle one : told) {
      if (!nb::isinstance<nb::tuple>(one) || nb::len(one) != 2 ||
          !nb::isinstance<Candidate>(one[0])) {
        throw search::SearchError("what is told together is a list of (candidate, values)");
      }
      answers.push_back(answer_of(nb::cast<const Candidate&>(one[0]), one[1], 0.0));
    }
    send(std::move(answers));
  }

  void wait() {
    const nb::gil_scoped_release released;
    search_->search().wait(heed_signals);
  }

  /// Stops the search, and waits until it has.
  void stop() {
    const nb::gil_scoped_release released;
    search_->search().stop();
    search_->search().wait(heed_signals);
  }

  bool has_ended() const { return search_->search().has_ended(); }
  std::size_t open() const { return search_->search().open(); }
  const SpacePointer& space() const { return space_; }

  std::optional<FoundRun> result() const {
    std::shared_ptr<const report::Run> run = search_->result();
    if (run == nullptr) return std::nullopt;
    return FoundRun{std::move(run)};
  }

  /// Index, architecture, metrics and failure of what is evaluated so far.
  nb::list evaluations() const {
    nb::list found;
    for (const search::EvaluationRecord& record : search_->evaluations()) {
      nb::dict metrics;
      for (const auto& [name, value] : record.metrics) metrics[nb::cast(name)] = value.value;
      found.append(nb::make_tuple(record.index, Architecture{space_, record.genotype}, metrics,
                                  record.failure));
    }
    return found;
  }

 private:
  static std::unique_ptr<SearchOfPython> begin(config::Configuration configuration,
                                               const std::string& folder, std::size_t threads,
                                               bool shown) {
    return std::make_unique<SearchOfPython>(cli::DrivenSearch::begin(
        std::move(configuration), folder, {.threads = threads, .shown = shown}));
  }

  void send(std::vector<search::Answer> answers) {
    const nb::gil_scoped_release released;
    search_->search().tell(std::move(answers), search_->is_kept(), heed_signals);
  }

  std::unique_ptr<cli::DrivenSearch> search_;
  SpacePointer space_;
};

void bind_candidates(nb::module_& module) {
  nb::class_<Candidate>(module, "Candidate", "An architecture that a search wants to know about.")
      .def_prop_ro(
          "architecture",
          [](const Candidate& self) {
            return Architecture{self.space, self.question.candidate.genotype};
          },
          "The architecture.")
      .def_prop_ro(
          "number", [](const Candidate& self) { return self.question.number; },
          "Its place in the order in which this session of the search has asked.")
      .def_prop_ro(
          "seed", [](const Candidate& self) { return self.question.candidate.seed; },
          "For the randomness of the evaluation: follows from the seed of the search and from the "
          "network alone.")
      .def_prop_ro(
          "metrics", [](const Candidate& self) { return *self.question.metrics; },
          "The names of what is to be told.")
      .def("__repr__", [](const Candidate& self) {
        return fmt::format("Candidate({}: {})", self.question.number,
                           self.space->space.format(self.question.candidate.genotype));
      });
}

}  // namespace

void bind_searches(nb::module_& module) {
  bind_candidates(module);
  nb::class_<SearchOfPython>(module, "SearchOfPython", "What evonas.Search is made of.")
      .def_static("begin_file", &SearchOfPython::begin_file, nb::arg("file"), nb::arg("overrides"),
                  nb::arg("folder"), nb::arg("threads"), nb::arg("shown"))
      .def_static("begin_text", &SearchOfPython::begin_text, nb::arg("text"), nb::arg("overrides"),
                  nb::arg("folder"), nb::arg("threads"), nb::arg("shown"))
      .def_static("resume", &SearchOfPython::resume, nb::arg("folder"), nb::arg("overrides"),
                  nb::arg("threads"), nb::arg("shown"))
      .def("ask", &SearchOfPython::ask, nb::arg("n"))
      .def("tell", &SearchOfPython::tell, nb::arg("candidate"), nb::arg("values").none(),
           nb::arg("seconds"))
      .def("tell_all", &SearchOfPython::tell_all, nb::arg("told"))
      .def("wait", &SearchOfPython::wait)
      .def("stop", &SearchOfPython::stop)
      .def_prop_ro("ended", &SearchOfPython::has_ended)
      .def_prop_ro("open", &SearchOfPython::open)
      .def_prop_ro("space", &SearchOfPython::space)
      .def_prop_ro("result", &SearchOfPython::result)
      .def("evaluations", &SearchOfPython::evaluations);
}

}  // namespace evonas::python
