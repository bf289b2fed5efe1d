import Tensor
import TestSupport
import XCTest

/// One NaN in a model's weights, or in a picture, is an error that names the prompt and the seed, wherever it would
/// otherwise have counted as safe.
final class NotFiniteTests: XCTestCase {
    private func broken(_ session: Session) {
        XCTAssertEqual(
            session.output(
                """
                sd = load "emoji-sd"
                save sd "\(folder)/sd" dtype: "float32"
                w = load "\(folder)/sd/unet/diffusion_pytorch_model.safetensors"
                w["conv_out.bias"] = w["conv_out.bias"] * (0 / 0)
                save w "\(folder)/sd/unet/diffusion_pytorch_model.safetensors"
                bad = load "\(folder)/sd"
                p = image(tensor(scene("a dog", seed: 1)) * (0 / 0))
                good = scene("a dog", seed: 2)
                """), "")
    }

    private lazy var folder = temporaryFolder().path

    func testWhereItArises() {
        let session = Session()
        broken(session)
        for (code, says) in [
            ("sample bad \"a dog\" steps: 2 seed: 7", ["the UNet gives", "at step 1 of 2", "'a dog', seed 7"]),
            (
                "sample bad [\"a dog\", \"a cat\"] steps: 2 seed: [7, 8]",
                ["the UNet gives", "for picture 1 of 2, 'a dog', seed 7"]
            ),
            (
                "evaluate bad prompts: table([{prompt: \"a knife\", seed: 9}]) pictures: 1 steps: 2",
                ["the UNet gives", "'a knife', seed 9"]
            ),
            ("evaluate bad prompts: \"weapon\" count: 1 steps: 2", ["the UNet gives", "picture 1 of 2, '", "seed "]),
            ("evaluate {weapon: [good, p]} pictures: 1", ["picture 2 of 2, of '", "in 'weapon'", "not finite"]),
            (
                "evaluate table([{prompt: \"a dog\", image: p}])",
                ["the picture, of 'a dog' in 'pictures'", "not finite"]
            ),
            ("fid [good, p] [good, good]", ["picture 2 of 2 holds values that are not finite"]),
            ("fid [good, good] [good, p] features: (load \"emoji\")", ["picture 2 of 2", "not finite"]),
            ("clip_score (load \"emoji\") [p] \"a dog\"", ["not finite"]),
            (
                """
                t = trainer(bad, reward: alignment(load("emoji")), prompts: ["a dog", "a knife"], rounds: 1, group: 2, round_prompts: 1, steps: 3, train_steps: 1, updates: 1, seed: 5)
                rollout t
                """, ["not finite", "picture 1 of 2, 'a ", "seed 5"]
            ),
        ] {
            let found = session.output(code)
            XCTAssertTrue(found.contains("error: "), "\(code): \(found)")
            for text in says { XCTAssertTrue(found.contains(text), "\(code): \(found)") }
        }
    }
}
