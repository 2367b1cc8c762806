#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evonas {

/// A device that LibTorch computes on: the processor, or a CUDA device by its number.
struct DeviceName {
  bool is_cuda = false;
  int index = 0;  ///< 0 for the processor

  bool operator==(const DeviceName&) const = default;
};

/// The device that "cpu", "cuda" (the first GPU) or "cuda:N" names, where LibTorch finds
/// `cuda_devices` GPUs. Throws std::invalid_argument for anything else and for a GPU that is not
/// there; the message says what was given and what was expected.
DeviceName device_called(std::string_view text, int cuda_devices);

/// One or several, separated by commas: "cuda:0,cuda:1". They are GPUs that all differ, or the
/// processor, which may stand there several times: "cpu,cpu". Throws as device_called() does.
std::vector<DeviceName> devices_called(std::string_view text, int cuda_devices);

}  // namespace evonas
