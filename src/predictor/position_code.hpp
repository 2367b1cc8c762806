#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace evonas::predictor {

/// The sine and cosine codes of NAR-Former (Yi et al., CVPR 2023) and its successors: a number
/// becomes sin(w_0 x), cos(w_0 x), sin(w_1 x), cos(w_1 x), ... in as many values as `code` has room
/// for, an even number of at least 4. Everything is computed in double precision.

/// The code for labels and positions ("nerf"): w_k = pi (1 + k (2^(m-1) - 1) / (m-1)), where m is
/// the number of frequencies. Whole numbers less than 2 (m-1) apart have codes at nearly equal
/// distances, as one-hot codes have; beyond that they repeat.
///
/// The published code takes these arguments, of up to 1e10 and more, in single precision, which
/// leaves a pseudo-random vector of every number. Here multiples of 2 pi are left out beforehand,
/// so the code is that of the formula on every machine.
void distinct_code(std::int64_t number, std::span<float> code);

/// The code for quantities ("trans"): w_k = 10000^(-k/m). Close numbers have close codes.
void ordered_code(double number, std::span<float> code);

}  // namespace evonas::predictor
