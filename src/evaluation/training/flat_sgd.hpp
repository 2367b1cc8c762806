#pragma once

#include <vector>

#include <torch/torch.h>

namespace evonas::evaluation {

/// SGD with Nesterov momentum, weight decay on matrices and kernels (not on biases and
/// normalisation), and clipping of the gradient's norm (Sutskever et al., 2013; LibTorch's
/// formulation).
///
/// The parameters of a module are moved into one buffer for each number format, and so are their
/// gradients: a step is a handful of operations over a few buffers instead of several for every
/// parameter. Kernels of convolutions may be held in bfloat16, with a float32 original that the
/// optimiser updates.
class FlatSgd {
 public:
  struct Options {
    double momentum = 0.9;
    double weight_decay = 0.0;
    double gradient_clip = 0.0;  ///< largest norm; 0 does not clip
  };

  /// Takes over the storage and the gradients of the module's parameters, which must live on one
  /// device. `kernel_format` is that of parameters with four dimensions.
  FlatSgd(torch::nn::Module& module, torch::ScalarType kernel_format, Options options);

  /// Sets all gradients to zero.
  void zero_gradients();

  /// One update with the gradients that have accumulated.
  void step(double learning_rate);

 private:
  struct Buffer {
    torch::Tensor working;   ///< what the module computes with
    torch::Tensor gradient;  ///< in the format of `working`
    torch::Tensor original;  ///< float32; the same tensor as `working` where that is float32
    torch::Tensor velocity;
    torch::Tensor decay;  ///< weight decay of each number
  };

  void take_over(std::vector<torch::Tensor> parameters, torch::ScalarType format);

  Options options_;
  std::vector<Buffer> buffers_;
};

}  // namespace evonas::evaluation
