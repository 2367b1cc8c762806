#include "base/device_names.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "base/split.hpp"

namespace evonas {
namespace {

constexpr std::string_view kNumbered = "cuda:";

/// What a text names, be it there or not; nothing for what names no device.
std::optional<DeviceName> named(std::string_view text) {
  if (text == "cpu") return DeviceName{};
  if (text == "cuda") return DeviceName{.is_cuda = true};
  if (!text.starts_with(kNumbered)) return std::nullopt;
  const std::string_view digits = text.substr(kNumbered.size());
  DeviceName device{.is_cuda = true};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), device.index);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  if (!is_number || device.index < 0) return std::nullopt;
  return device;
}

}  // namespace

DeviceName device_called(std::string_view text, int cuda_devices) {
  const std::optional<DeviceName> device = named(text);
  if (!device) {
    const bool several = text.find(',') != std::string_view::npos;
    throw std::invalid_argument(fmt::format("device {}: expected {}cpu, cuda or cuda:N", text,
                                            several ? "one device: " : ""));
  }
  if (device->is_cuda && device->index >= cuda_devices) {
    throw std::invalid_argument(fmt::format(
        "device {}: this LibTorch finds {} CUDA devices; use cpu, or a LibTorch built for CUDA "
        "(see CMAKE_PREFIX_PATH in the README)",
        text, cuda_devices));
  }
  return *device;
}

std::vector<DeviceName> devices_called(std::string_view text, int cuda_devices) {
  std::vector<DeviceName> devices;
  for (const std::string_view name : split(text, ',')) {
    const DeviceName device = device_called(name, cuda_devices);
    if (!devices.empty() && devices.front().is_cuda != device.is_cuda) {
      throw std::invalid_argument(fmt::format(
          "devices {}: the processor beside a GPU would keep it waiting; expected either", text));
    }
    if (device.is_cuda && std::ranges::find(devices, device) != devices.end()) {
      throw std::invalid_argument(fmt::format(
          "devices {}: cuda:{} is there twice, expected each once", text, device.index));
    }
    devices.push_back(device);
  }
  return devices;
}

}  // namespace evonas
