import CLIP
import Diffusion
import Foundation
import GRPO
import Kernels
import Tensor
import TestSupport
import World
import XCTest

/// The same bits every time: in each instruction set that this machine has, on one, two and three threads, at shifted
/// addresses, after memory was left dirty, alone and among others.
///
/// `RHUMB_STRESS=200` repeats all of it so many times.
final class SameBitsTests: XCTestCase {
    private static let repetitions = max(1, Int(ProcessInfo.processInfo.environment["RHUMB_STRESS"] ?? "") ?? 1)
    private var isaBefore = RK_AVX2, threadsBefore = 1

    override func setUp() {
        isaBefore = rk_instruction_set()
        threadsBefore = Engine.threads
    }

    override func tearDown() {
        Self.choose(isaBefore)
        Engine.threads = threadsBefore
    }

    private static func choose(_ isa: rk_isa) {
        rk_set_instruction_set(isa == RK_AVX2 ? "avx2" : isa == RK_AVX512 ? "avx512" : "native")
    }

    /// Runs `body` in every setting, with nothing of another setting kept, and compares what it gives with the first.
    ///
    /// - Parameter isas: those to go through; bfloat16 has equal bits in one of them only.
    private func everywhere(
        _ name: String, isas: [rk_isa]? = nil, file: StaticString = #filePath, line: UInt = #line,
        _ body: (_ shift: Int) throws -> [Tensor]
    ) throws {
        var expected: [[Float]]?
        for repetition in 0..<Self.repetitions {
            for isa in isas ?? [RK_AVX2, RK_AVX512].filter({ $0.rawValue <= isaBefore.rawValue }) {
                for threads in 1...3 {
                    Self.choose(isa)
                    Engine.threads = threads
                    try leaveDirt()
                    let found = try body((repetition + threads) % 4).map(\.floats)
                    guard let first = expected else {
                        expected = found
                        continue
                    }
                    XCTAssertEqual(found.count, first.count, name, file: file, line: line)
                    for (index, (a, b)) in zip(found, first).enumerated() {
                        assertSameBits(
                            a, b,
                            "\(name), result \(index), instruction set \(isa.rawValue), \(threads) threads, repetition \(repetition)",
                            file: file, line: line)
                    }
                }
            }
        }
    }

    /// Memory that the next tensors will get, full of what would show.
    private func leaveDirt() throws {
        for size in [64, 1000, 5000, 20_000, 70_000, 300_000, 1_000_000] {
            let dirty = try (0..<3).map { _ in try Tensor.full([size], .nan) }
            withExtendedLifetime(dirty) {}
        }
    }

    /// Normal numbers that begin `shift` floats behind a multiple of 64 bytes.
    private func random(_ shape: [Int], _ shift: Int, seed: UInt64, _ dtype: DType = .float32) throws -> Tensor {
        let count = shape.reduce(1, *), buffer = try Tensor.zeros([count + shift]).to(dtype)
        let place = try buffer.sliced(0, from: shift, to: shift + count)
        try place.assign(Tensor(Generator(seed: seed).normal(count: count), shape: [count]).to(dtype))
        return try place.reshaped(shape)
    }

    /// The result of a function and its gradients.
    private func withGradients(_ inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor) throws -> [Tensor] {
        let plain = try withoutGradients { try (0..<3).map { _ in try function(inputs) } }
        let leaves = try inputs.map { try $0.detached().requireGradient() }
        let y = try function(leaves)
        try y.backward(Tensor(Generator(seed: 9).normal(count: y.count), shape: y.shape).to(y.dtype))
        return plain + [y.detached()] + leaves.compactMap(\.gradient)
    }

    private func primitives(_ shift: Int, _ dtype: DType) throws -> [Tensor] {
        func r(_ shape: [Int], _ seed: UInt64) throws -> Tensor { try random(shape, shift, seed: seed, dtype) }
        var results: [Tensor] = []
        results += try withGradients([r([70, 300], 1), r([300, 50], 2)]) { try $0[0].matmul($0[1]) }
        results += try withGradients([r([3, 17, 24], 3), r([3, 24, 20], 4)]) { try $0[0].matmul($0[1]) }
        for activation in Tensor.Activation.allCases {
            results += try withGradients([r([2, 33, 48], 5), r([70, 48], 6), r([70], 7), r([2, 33, 70], 8)]) {
                try $0[0].linear($0[1], bias: $0[2], activation: activation, residual: $0[3])
            }
        }
        // By Winograd's algorithm with cached and with new transformed kernels, strided, dilated, of few
        // channels, pointwise.
        for (size, inputs, outputs, kernel, geometry) in [
            (9, 32, 48, 3, Convolution(padding: 1)), (12, 400, 336, 3, Convolution(padding: 1)),
            (8, 16, 24, 3, Convolution(stride: 2, padding: 1)), (9, 16, 24, 3, Convolution(padding: 2, dilation: 2)),
            (16, 3, 10, 3, Convolution(padding: 1)), (7, 24, 40, 1, Convolution()),
            (8, 5, 6, 4, Convolution(stride: 4)),
        ] {
            results += try withGradients([
                r([2, size, size, inputs], 9), r([outputs, inputs, kernel, kernel], 10), r([outputs], 11),
            ]) { try $0[0].conv2d($0[1], bias: $0[2], geometry) }
        }
        results += try withGradients([r([2, 5, 6, 16], 12), r([24, 16, 3, 3], 13), r([24], 14)]) {
            try $0[0].resampled(height: 10, width: 12, .nearest)
                .conv2d($0[1], bias: $0[2], Convolution(padding: 1))
        }
        for causal in [false, true] {
            results += try withGradients([r([2, 3, 40, 16], 15), r([2, 3, 40, 16], 16), r([2, 3, 40, 16], 17)]) {
                try Tensor.attention($0[0], $0[1], $0[2], causal: causal)
            }
        }
        results += try withGradients([r([9, 5, 50], 18), r([50], 19), r([50], 20)]) {
            try $0[0].layerNorm(weight: $0[1], bias: $0[2])
        }
        results += try withGradients([r([2, 5, 6, 24], 21), r([24], 22), r([24], 23)]) {
            try $0[0].groupNorm(groups: 4, weight: $0[1], bias: $0[2], activation: .silu)
        }
        results += try withGradients([r([40, 77], 24)]) { try $0[0].softmax() }
        results += try withGradients([r([40, 64], 25)]) { try $0[0].geglu() }
        results += try withGradients([r([2, 6, 5, 8], 26)]) { try $0[0].resampled(height: 12, width: 10, .nearest) }
        let x = try r([60_001], 27)
        results += try [x.exp(), (x * x + 1).log(), x.tanh(), x.sigmoid(), x.gelu(), x.sum(), x.mean(), (x * x).sum()]
        return results
    }

    func testPrimitives() throws {
        try everywhere("float32") { try primitives($0, .float32) }
    }

    func testPrimitivesOfBFloat16() throws {
        for isa in [RK_AVX2, RK_AVX512, RK_AVX512_BF16] where isa.rawValue <= isaBefore.rawValue {
            try everywhere("bfloat16", isas: [isa]) { try primitives($0, .bfloat16) }
        }
    }

    func testEmbeddingsAloneAndAmongOthers() throws {
        let texts = ["a dog", "a dog and a knife", "a red apple on a table"]
        let folder = try XCTUnwrap(BundledModel.named("emoji")).folder()
        try everywhere("CLIP") { shift in
            let clip = try CLIPEmbedder.load(folder: folder), size = 64
            let pixels = try random([3, 3, size, size], shift, seed: 1).sigmoid()
            let words = try clip.embed(texts: texts),
                looks = try clip.embed(images: (0..<3).map { try Image(pixels.selected(0, $0)) })
            // The first call of all reads weights as they lie, the later ones packed.
            for call in 0..<3 {
                for (index, text) in texts.enumerated() {
                    assertSameBits(
                        try clip.embed(texts: [text]).floats, try words.sliced(0, from: index, to: index + 1).floats,
                        "text, call \(call)")
                    assertSameBits(
                        try clip.embed(images: [Image(pixels.selected(0, index))]).floats,
                        try looks.sliced(0, from: index, to: index + 1).floats, "picture, call \(call)")
                }
            }
            return [words, looks]
        }
    }

    func testTheMiniatureAloneAndAmongOthers() throws {
        let folder = try XCTUnwrap(BundledModel.named("emoji-sd")).folder()
        try everywhere("UNet and decoder") { shift in
            let model = try StableDiffusion.load(folder: folder)
            let shape = try model.latentShape(count: 3),
                context = try model.context(of: ["a dog", "a knife", "a red apple"])
            let latents = try random(shape, shift, seed: 2)
            let noise = try model.unet(latents, timesteps: [700, 300, 20], context: context)
            let pictures = try model.images(latents).map(\.tensor)
            for (index, timestep) in [700, 300, 20].enumerated() {
                let own = try latents.sliced(0, from: index, to: index + 1),
                    words = try context.sliced(0, from: index, to: index + 1)
                assertSameBits(
                    try model.unet(own, timesteps: [timestep], context: words).floats,
                    try noise.sliced(0, from: index, to: index + 1).floats, "noise of picture \(index)")
                assertSameBits(try model.images(own)[0].tensor.floats, pictures[index].floats, "picture \(index)")
            }
            return [noise] + pictures
        }
    }

    func testARoundOfGRPO() throws {
        try everywhere("a round") { _ in
            let trainer = try Fixture.trainer()
            for _ in 0..<2 { _ = try trainer.advance() }
            return trainer.policy.parameters.map(\.tensor)
        }
    }
}
