#include "predictor/checkpoint.hpp"

#include <doctest/doctest.h>

#include "message_of.hpp"
#include "predictor/plain_predictors.hpp"

namespace evonas::predictor {
namespace {

const CheckpointAbout kAbout = {.predictor = "constant",
                                .space = "nasbench201",
                                .space_options = {"channels=8"},
                                .metric = "accuracy",
                                .unit = "%",
                                .higher_is_better = true,
                                .labels = 7,
                                .source = "labels.csv"};

TEST_CASE("a checkpoint says what it is and gives back what was learnt") {
  const std::string bytes =
      checkpoint_bytes(kAbout, {{"mean", 4.5}, {"deviation", 0.5}, {"bytes", {1, 2}}});
  const Checkpoint checkpoint = read_checkpoint(bytes, "file");
  CHECK(checkpoint.about.predictor == "constant");
  CHECK(checkpoint.about.space_options == kAbout.space_options);
  CHECK(checkpoint.about.labels == 7);
  CHECK_FALSE(checkpoint.about.statics);
  CheckpointAbout with_statics = kAbout;
  with_statics.statics = true;
  CHECK(read_checkpoint(checkpoint_bytes(with_statics, {}), "file").about.statics);
  CHECK(checkpoint.about.prior.empty());
  CheckpointAbout with_prior = kAbout;
  with_prior.prior = bytes;
  CHECK(read_checkpoint(checkpoint_bytes(with_prior, {}), "file").about.prior == bytes);
  CHECK(checkpoint.about.devices.empty());
  CheckpointAbout on_devices = kAbout;
  on_devices.devices = {{.name = "phone",
                         .metric = "phone_ms",
                         .unit = "ms",
                         .median = 2.5,
                         .numbers = {{"hardware.cores", -0.5}}},
                        {.name = "desk", .metric = {}, .unit = {}, .median = 0.0, .numbers = {}}};
  CHECK((read_checkpoint(checkpoint_bytes(on_devices, {}), "file").about.devices ==
         on_devices.devices));
  ConstantPredictor predictor;
  restore(predictor, checkpoint, "file");
  CHECK(predictor.predict(std::vector<spaces::Genotype>(2)) ==
        std::vector<Prediction>(2, {.mean = 4.5, .deviation = 0.5}));
}

TEST_CASE("a file that is no whole checkpoint is refused") {
  const std::string bytes = checkpoint_bytes(kAbout, {{"mean", 4.5}, {"deviation", 0.5}});
  const auto message = [](const std::string& content) {
    return tests::message_of<PredictorError>([&] { read_checkpoint(content, "some.predictor"); });
  };
  const std::string none =
      "some.predictor holds no predictor; expected a file that 'evonas predictor fit' wrote";
  CHECK(message("") == none);
  CHECK(message("epochs: 3\n") == none);
  CHECK(message(bytes.substr(0, 12)) == none);
  CHECK(message("evonas predictor 2" + bytes.substr(18)) ==
        "some.predictor has the format 2, and this evonas reads format 1: fit the predictor again "
        "with this evonas");
  const std::string damaged =
      "some.predictor is cut off or was altered: its checksum is not that of its content; fit the "
      "predictor again";
  for (std::size_t size = bytes.find('\n') + 1; size < bytes.size(); ++size) {
    CHECK(message(bytes.substr(0, size)) == damaged);
  }
  std::string altered = bytes;
  altered.back() ^= 1;
  CHECK(message(altered) == damaged);
  altered = bytes;
  altered[20] ^= 1;  // of the checksum itself
  CHECK(message(altered) == damaged);
}

TEST_CASE("a checkpoint of another predictor is refused with its place") {
  const Checkpoint checkpoint =
      read_checkpoint(checkpoint_bytes(kAbout, {{"values", {1.0}}}), "some.predictor");
  ConstantPredictor predictor;
  const std::string message =
      tests::message_of<PredictorError>([&] { restore(predictor, checkpoint, "some.predictor"); });
  CAPTURE(message);
  CHECK(message.starts_with("some.predictor: "));
}

}  // namespace
}  // namespace evonas::predictor
