import CLIP
import Checkpoint
import Diffusion
import GRPO
import Language
import Plot
import Steering
import Tensor
import World

// The libraries' errors have a message and a hint; the interpreter adds the place.
extension TensorError: ExplainedError {}
extension SteeringError: ExplainedError {}
extension CLIPError: ExplainedError {}
extension DiffusionError: ExplainedError {}
extension WorldError: ExplainedError {}
extension CheckpointError: ExplainedError {}
extension GRPOError: ExplainedError {}
extension PlotError: ExplainedError {}
extension MetricsError: ExplainedError {}
extension EmbeddingError: ExplainedError {}
