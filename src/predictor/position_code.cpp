#include "predictor/position_code.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace evonas::predictor {
namespace {

void write(double angle, std::size_t k, std::span<float> code) {
  code[2 * k] = static_cast<float>(std::sin(angle));
  code[2 * k + 1] = static_cast<float>(std::cos(angle));
}

/// 2^exponent modulo `modulus`.
std::int64_t power_of_two(std::int64_t exponent, std::int64_t modulus) {
  std::int64_t power = 1 % modulus;
  for (std::int64_t i = 0; i < exponent; ++i) power = 2 * power % modulus;
  return power;
}

}  // namespace

void distinct_code(std::int64_t number, std::span<float> code) {
  const std::size_t frequencies = code.size() / 2;
  const auto last = static_cast<std::int64_t>(frequencies) - 1;
  // In units of pi / (m-1) the angle of a whole number is a whole number, and counts modulo 2
  // (m-1).
  const std::int64_t circle = 2 * last;
  const std::int64_t step = (power_of_two(last, circle) + circle - 1) % circle;
  const std::int64_t turns = (number % circle + circle) % circle;
  for (std::size_t k = 0; k < frequencies; ++k) {
    const std::int64_t units =
        (last + static_cast<std::int64_t>(k) * step) % circle * turns % circle;
    write(std::numbers::pi * static_cast<double>(units) / static_cast<double>(last), k, code);
  }
}

void ordered_code(double number, std::span<float> code) {
  const std::size_t frequencies = code.size() / 2;
  for (std::size_t k = 0; k < frequencies; ++k) {
    const double power = -static_cast<double>(k) / static_cast<double>(frequencies);
    write(number * std::pow(10000.0, power), k, code);
  }
}

}  // namespace evonas::predictor
