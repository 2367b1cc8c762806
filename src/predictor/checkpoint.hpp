#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {

/// One of the devices that a predictor has learnt together, or been told of: it predicts one
/// quantity of architectures on each of them, as a multiple of the median there.
struct CheckpointDevice {
  std::string name;    ///< "raspi4"
  std::string metric;  ///< that was measured on it; empty: none was
  std::string unit;
  double median = 0.0;                    ///< of that metric; 0 where none was measured
  std::map<std::string, double> numbers;  ///< what is known of it, as attributes of its node

  bool operator==(const CheckpointDevice&) const = default;
};

/// What a file of a predictor says besides what was learnt.
struct CheckpointAbout {
  std::string predictor;                   ///< "evonas", "gp"...
  std::string space;                       ///< "nasbench201"
  std::vector<std::string> space_options;  ///< those given, "channels=8"
  std::string input;                       ///< of the networks that it reads; empty: it reads cells
  bool statics = false;                    ///< among what it reads: static features of networks
  std::string prior;   ///< bytes of the checkpoint of its prior; empty: it has none
  std::string metric;  ///< that it predicts
  std::string unit;    ///< of the metric
  bool higher_is_better = true;
  std::uint64_t labels = 0;               ///< that it was fitted to
  std::string source;                     ///< where they are from, in words
  std::vector<CheckpointDevice> devices;  ///< empty: architectures are by themselves
};

/// A fitted predictor as bytes: a line "evonas predictor FORMAT CHECKSUM", then `about` and `state`
/// (Predictor::state()) in CBOR (RFC 8949).
std::string checkpoint_bytes(const CheckpointAbout& about, const nlohmann::json& state);

struct Checkpoint {
  CheckpointAbout about;
  nlohmann::json state;
};

/// Reverse of checkpoint_bytes(). `place` is the file that the bytes are from. Throws
/// PredictorError, beginning with it, for bytes that are none, of another format, cut off, or
/// altered.
Checkpoint read_checkpoint(std::string_view bytes, const std::string& place);

class Predictor;

/// predictor.restore(checkpoint.state), whose complaints begin with `place`.
void restore(Predictor& predictor, const Checkpoint& checkpoint, const std::string& place);

}  // namespace evonas::predictor
