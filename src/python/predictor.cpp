#include "predictor/predictor.hpp"

#include <optional>
#include <stop_token>
#include <tuple>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/predictors.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/predictor_list.hpp"
#include "python/bindings.hpp"
#include "spaces/network_input.hpp"
#include "yaml/reader.hpp"

namespace evonas::python {
namespace {

using Values = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// The bytes of a checkpoint of a prior, none without one, and where they are from.
struct PriorFile {
  std::string bytes;
  std::string place;
};

/// A predictor of architectures of one space. `networks` are NetworkOptions, as a YAML mapping
/// (JSON is one).
class SpacePredictor {
 public:
  SpacePredictor(SpacePointer space, std::string model, std::string input, bool statics,
                 const std::string& pretrained, PriorFile prior, const std::string& networks,
                 std::size_t threads)
      : space_(std::move(space)),
        threads_(threads),
        source_(space_->space, options_of(input, statics, pretrained, networks)) {
    predictor::check_predictor_name(model);
    if (!prior.bytes.empty()) source_ = source_.with_prior(prior.bytes, prior.place);
    about_.prior = std::move(prior.bytes);
    about_.predictor = std::move(model);
    about_.space = space_->name;
    about_.space_options = space_->options;
    about_.input = std::move(input);
    about_.statics = statics;
    predictor_ = source_.make(about_.predictor);
  }

  const SpacePointer& space() const { return space_; }
  const predictor::CheckpointAbout& about() const { return about_; }
  std::size_t parameters() const { return predictor_->parameters(); }

  /// Of the last fit: epoch, loss and loss of labels that are held out.
  std::vector<std::tuple<std::int64_t, double, double>> learning_curve() const {
    std::vector<std::tuple<std::int64_t, double, double>> points;
    for (const predictor::LearningPoint& point : curve_) {
      points.emplace_back(point.epoch, point.loss, point.held_out);
    }
    return points;
  }

  void fit(const std::vector<Architecture>& architectures, const Values& values,
           const std::optional<Values>& noise, std::uint64_t seed) {
    expect_count("values", values.shape(0), architectures.size());
    if (noise) expect_count("noise", noise->shape(0), architectures.size());
    std::vector<predictor::Label> labels;
    for (std::size_t i = 0; i < architectures.size(); ++i) {
      labels.push_back({genotype_of(architectures[i]), values(i), noise ? (*noise)(i) : 0.0});
    }
    std::stop_source stop;
    std::vector<predictor::LearningPoint> curve;
    predictor::FitControl control{
        .seed = seed, .stop = stop.get_token(), .progress = [&](double /*share*/) {
          const nb::gil_scoped_acquire acquired;
          if (PyErr_CheckSignals() != 0) stop.request_stop();
        }};
    try {
      const nb::gil_scoped_release released;
      ThreadArena arena(threads_);
      arena.execute([&] {
        const predictor::Pretraining what = predictor::pretraining_of(about_.predictor);
        if (what != predictor::Pretraining::None) source_.learnt().pretrain(what, control);
        control.on_point = [&](const predictor::LearningPoint& point, const auto& /*predict*/) {
          curve.push_back(point);
        };
        predictor_->fit(labels, control);
      });
    } catch (const predictor::PredictorError&) {
      if (PyErr_Occurred() != nullptr) nb::raise_python_error();
      throw;
    }
    about_.labels = labels.size();
    curve_ = std::move(curve);
  }

  std::pair<Numbers, Numbers> predict(const std::vector<Architecture>& architectures) const {
    std::vector<spaces::Genotype> block;
    for (const Architecture& one : architectures) block.push_back(genotype_of(one));
    std::vector<double> means;
    std::vector<double> deviations;
    {
      const nb::gil_scoped_release released;
      ThreadArena arena(threads_);
      arena.execute([&] {
        for (const predictor::Prediction& prediction : predictor_->predict(block)) {
          means.push_back(prediction.mean);
          deviations.push_back(prediction.deviation);
        }
      });
    }
    return {to_numpy(std::move(means)), to_numpy(std::move(deviations))};
  }

  void save(const std::string& file, const std::string& metric, const std::string& unit,
            bool higher_is_better) {
    about_.metric = metric;
    about_.unit = unit;
    about_.higher_is_better = higher_is_better;
    about_.source = "Python";
    cli::write_atomically(file, predictor::checkpoint_bytes(about_, predictor_->state()));
  }

  static std::unique_ptr<SpacePredictor> load(const std::string& file, const std::string& networks,
                                              std::size_t threads) {
    const predictor::Checkpoint checkpoint =
        predictor::read_checkpoint(cli::read_whole(file), file);
    const predictor::CheckpointAbout& about = checkpoint.about;
    if (!about.devices.empty()) {
      throw predictor::PredictorError(fmt::format(
          "{} has learnt architectures on devices: score it with 'evonas predictor score --on'",
          file));
    }
    auto space = std::make_shared<Space>(Space{config::make_space(about.space, about.space_options),
                                               about.space, about.space_options});
    auto loaded = std::make_unique<SpacePredictor>(
        std::move(space), about.predictor, about.input, about.statics, std::string(),
        PriorFile{about.prior, "in " + file}, networks, threads);
    predictor::restore(*loaded->predictor_, checkpoint, file);
    loaded->about_ = about;
    return loaded;
  }

 private:
  static cli::PredictorOptions options_of(const std::string& input, bool statics,
                                          const std::string& pretrained,
                                          const std::string& networks) {
    cli::PredictorOptions options;
    if (!input.empty()) options.input = spaces::NetworkInput::parse(input);
    options.statics = statics;
    options.pretrained = pretrained;
    yaml::Findings findings;
    yaml::read_options(yaml::parse_document(networks, {"Predictor", {}}, 0), options.networks,
                       findings);
    findings.check();
    return options;
  }

  static void expect_count(const char* what, std::size_t count, std::size_t expected) {
    if (count == expected) return;
    throw predictor::PredictorError(
        fmt::format("{} {} for {} architectures: give one of each", count, what, expected));
  }

  const spaces::Genotype& genotype_of(const Architecture& architecture) const {
    space_->space.validate(architecture.genotype);
    return architecture.genotype;
  }

  SpacePointer space_;
  std::size_t threads_;
  cli::PredictorSource source_;
  predictor::CheckpointAbout about_;
  std::unique_ptr<predictor::Predictor> predictor_;
  std::vector<predictor::LearningPoint> curve_;
};

}  // namespace

void bind_predictors(nb::module_& module) {
  module.def("predictor_names", &predictor::predictor_names, "The names of all predictors.");
  nb::class_<SpacePredictor>(module, "SpacePredictor", "What evonas.Predictor is made of.")
      .def(
          "__init__",
          [](SpacePredictor* self, SpacePointer space, std::string model, std::string input,
             bool statics, const std::string& pretrained, const std::string& prior,
             const std::string& networks, std::size_t threads) {
            PriorFile file{prior.empty() ? "" : cli::read_whole(prior), prior};
            new (self) SpacePredictor(std::move(space), std::move(model), std::move(input), statics,
                                      pretrained, std::move(file), networks, threads);
          },
          nb::arg("space"), nb::arg("model"), nb::arg("input"), nb::arg("statics"),
          nb::arg("pretrained"), nb::arg("prior"), nb::arg("networks"), nb::arg("threads"),
          nb::call_guard<nb::gil_scoped_release>())
      .def_prop_ro("space", &SpacePredictor::space)
      .def_prop_ro("model", [](const SpacePredictor& self) { return self.about().predictor; })
      .def_prop_ro("metric", [](const SpacePredictor& self) { return self.about().metric; })
      .def_prop_ro("labels", [](const SpacePredictor& self) { return self.about().labels; })
      .def_prop_ro("parameters", &SpacePredictor::parameters)
      .def_prop_ro("learning_curve", &SpacePredictor::learning_curve)
      .def("fit", &SpacePredictor::fit, nb::arg("architectures"), nb::arg("values"),
           nb::arg("noise").none(), nb::arg("seed"))
      .def("predict", &SpacePredictor::predict, nb::arg("architectures"))
      .def("save", &SpacePredictor::save, nb::arg("file"), nb::arg("metric"), nb::arg("unit"),
           nb::arg("higher_is_better"))
      .def_static("load", &SpacePredictor::load, nb::arg("file"), nb::arg("networks"),
                  nb::arg("threads"));
}

}  // namespace evonas::python
