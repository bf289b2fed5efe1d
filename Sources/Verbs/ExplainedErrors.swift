import CLIP
import Checkpoint
import Language
import Steering
import Tensor
import World

// The libraries' errors have a message and a hint; the interpreter adds the place.
extension TensorError: ExplainedError {}
extension SteeringError: ExplainedError {}
extension CLIPError: ExplainedError {}
extension WorldError: ExplainedError {}
extension CheckpointError: ExplainedError {}
