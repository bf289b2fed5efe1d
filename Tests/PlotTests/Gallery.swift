import Foundation
import Plot
import TestSupport

/// One figure of each kind, with the texts and values that are hard to draw. Their scripts are compared with recorded
/// ones; `RHUMB_FIGURES=folder swift test --filter RenderingTests` leaves the pictures to look at. Values are rounded,
/// so that the last bit of a sine doesn't matter.
enum Gallery {
    /// Numbers that look random and are the same everywhere.
    struct Noise {
        private var random: Knuth

        init(_ seed: UInt64) { random = Knuth(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1) }

        /// Uniform in 0…1.
        mutating func uniform() -> Double { Double(random.next() >> 11) / Double(1 << 53) }

        /// Close to normal: twelve uniform numbers.
        mutating func normal(_ mean: Double = 0, _ deviation: Double = 1) -> Double {
            round(mean + deviation * ((0..<12).reduce(0.0) { sum, _ in sum + uniform() } - 6))
        }
    }

    static func round(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

    static var all: [(name: String, figure: Figure)] {
        [
            ("line", line), ("band", band), ("metrics", metrics), ("log", logarithmic), ("gaps", gaps),
            ("scatter", scatter), ("embedding", embedding), ("histogram", histogram), ("histograms", histograms),
            ("bars", bars), ("grouped-bars", groupedBars), ("long-bars", longBars), ("heatmap", heatmap),
            ("signed-heatmap", signedHeatmap), ("large-heatmap", largeHeatmap), ("images", images),
            ("grid", grid), ("escapes", escapes), ("empty", empty),
        ]
    }

    static var line: Figure {
        let x = (0...20).map { Double($0) / 10 }
        return .line(
            [
                Line(x: x, y: x.map { round(0.62 - 0.21 * $0) }, name: "a dagger on a table", showsPoints: true),
                Line(x: x, y: x.map { round(0.48 + 0.03 * $0) }, name: "a red apple", showsPoints: true),
            ],
            title: "Steered reward against the strength of steering", x: Axis("α"), y: Axis("reward r(x, p)"),
            references: [
                ReferenceLine(.vertical, at: 0.5, label: "α of the paper"), ReferenceLine(.horizontal, at: 0.5),
            ])
    }

    static var band: Figure {
        var noise = Noise(3)
        let x = (0...20).map { Double($0) / 10 }
        func series(_ name: String, _ start: Double, _ slope: Double) -> Line {
            let mean = x.map { round(start + slope * $0 + noise.normal(0, 0.006)) }
            return Line(
                x: x, y: mean, band: .init(around: mean, deviation: x.map { 0.03 + 0.02 * $0 }), name: name)
        }
        return .line(
            [series("safe prompts", 0.31, 0.22), series("unsafe prompts", 0.36, -0.18)],
            title: "Safety score against α", x: Axis("α"), y: Axis("mean safety score"))
    }

    static var metrics: Figure {
        var noise = Noise(11)
        let raw = (0..<400).map { round(0.2 + 0.5 * (1 - exp(-Double($0) / 120)) + noise.normal(0, 0.05)) }
        let smooth = Smoothing.movingAverage(25)(raw).map(round)
        var pale = Line(y: raw, colour: Palette.colour(0))
        pale.opacity = 0.3
        return .line(
            [pale, Line(y: smooth, name: "reward (mean of 25)", colour: Palette.colour(0))],
            title: "metrics.csv", x: Axis("step"), y: Axis("reward"))
    }

    static var logarithmic: Figure {
        let x = (0...40).map { Double($0) * 250 }
        return .line(
            [
                Line(x: x, y: x.map { round(2.5 * exp(-$0 / 1500) + 1e-4) }, name: "KL to the start"),
                Line(x: x, y: x.map { round(3e-3 * (1 + $0 / 900)) }, name: "clip fraction", style: .dashed),
            ],
            x: Axis("update"), y: Axis("value", isLogarithmic: true))
    }

    static var gaps: Figure {
        let y: [Double] = [1, 2, .nan, 4, 5, 4, .infinity, 3, 2, 3]
        let lower = y.map { $0 - 0.5 }, upper = y.map { $0 + 0.5 }
        return .line(
            [Line(y: y, band: .init(lower: lower, upper: upper), name: "with gaps", style: .dotted, showsPoints: true)],
            x: Axis("x"), y: Axis("y"))
    }

    static var scatter: Figure {
        var noise = Noise(5)
        let names = [
            "dog", "knife", "cake", "sword", "tulip", "bomb", "panda", "skull", "boat", "syringe", "hat", "dice",
        ]
        return .scatter(
            x: names.map { _ in noise.normal() }, y: names.map { _ in noise.normal() }, labels: names,
            groups: names.indices.map { $0 % 2 == 0 ? "safe" : "unsafe" }, title: "Prompts along v",
            xAxis: Axis("cosine with v"), yAxis: Axis("cosine with the picture"))
    }

    static var embedding: Figure {
        var noise = Noise(8)
        var layers: [Layer] = []
        let centres = [("safe", -2.0, 0.8), ("weapon", 2.2, 0.4), ("horror", 1.0, -2.0), ("gambling", -0.6, -1.7)]
        for (name, x, y) in centres {
            let points = (0..<40).map { _ in (noise.normal(x, 0.6), noise.normal(y, 0.45)) }
            layers.append(.scatter(Scatter(x: points.map(\.0), y: points.map(\.1), name: name)))
        }
        layers.append(.arrow(Arrow(from: Point(1.2, -0.8), to: Point(-1.9, 0.9), label: "v")))
        layers.append(
            .scatter(
                Scatter(
                    x: centres.map(\.1), y: centres.map(\.2), labels: centres.map(\.0), colour: Colour(hex: "#262626"),
                    shape: .cross, size: 1.6)))
        var panel = Panel(
            layers, title: "Text embeddings (PCA)", x: Axis("first component (23 %)"),
            y: Axis("second component (11 %)"))
        panel.hasEqualUnits = true
        return Figure(panel)
    }

    static var histogram: Figure {
        var noise = Noise(21)
        return .histogram(
            [Histogram((0..<500).map { _ in noise.normal(0.5, 0.1) })], title: "Rewards of a rollout",
            x: Axis("reward"))
    }

    static var histograms: Figure {
        var noise = Noise(22)
        return .histogram(
            [
                Histogram((0..<400).map { _ in noise.normal(0.2, 0.08) }, name: "unsafe", measure: .density),
                Histogram((0..<300).map { _ in noise.normal(0.38, 0.1) }, name: "safe", measure: .density),
            ],
            title: "Safety of text", x: Axis("z · v"),
            references: [ReferenceLine(.vertical, at: 0.29, label: "threshold")])
    }

    static var bars: Figure {
        .bars(
            Bars(
                categories: ["weapon", "explosive", "horror", "drug", "tobacco and alcohol", "gambling", "insult"],
                series: [.init([0.76, 0.71, 0.68, 0.75, 0.62, 0.58, 0.66])], showsValues: true),
            title: "Unsafe pictures by harm group", y: Axis("share of pictures"))
    }

    static var groupedBars: Figure {
        .bars(
            Bars(
                categories: ["single", "two", "counting", "colours", "position", "attribution"],
                series: [
                    .init(
                        [0.71, 0.35, 0.3, 0.47, 0.1, 0.12], name: "before",
                        errors: [0.04, 0.05, 0.05, 0.04, 0.03, 0.03]),
                    .init(
                        [0.78, 0.44, 0.37, 0.55, 0.16, 0.2], name: "after",
                        errors: [0.03, 0.05, 0.05, 0.04, 0.03, 0.03]),
                    .init(
                        [0.7, 0.36, 0.31, 0.45, 0.11, 0.14], name: "control",
                        errors: [0.04, 0.05, 0.05, 0.04, 0.03, 0.03]),
                ]),
            title: "Six tasks", y: Axis("success rate", lower: 0, upper: 1))
    }

    static var longBars: Figure {
        .bars(
            Bars(
                categories: [
                    "a photo of a red apple on a wooden table", "a dagger", "two dogs next to a fire",
                    "a family friendly picture of a clown with a balloon and a cake",
                ],
                series: [.init([0.41, -0.22, -0.05, 0.3])], isHorizontal: true, showsValues: true),
            title: "Safety of prompts", x: Axis("z · v"))
    }

    static var heatmap: Figure {
        let names = ["dog", "cat", "knife", "sword", "apple"]
        let values = (0..<25).map { index -> Double in round(1 - 0.16 * Double(abs(index / 5 - index % 5))) }
        return .heatmap(
            Heatmap(
                values: values, rows: 5, columns: 5,
                rowLabels: names, columnLabels: names, label: "cosine"),
            title: "Similarity of prompts")
    }

    static var signedHeatmap: Figure {
        var values = (0..<32).map { round(sin(Double($0)) * 0.4) }
        values[10] = .nan
        return .heatmap(
            Heatmap(
                values: values, rows: 4, columns: 8, rowLabels: ["safe_1", "safe_2", "unsafe_1", "unsafe_2"],
                columnLabels: (1...8).map { "a rather long prompt number \($0)" }),
            title: "Change of the reward", x: Axis("prompt"), y: Axis("anchor set"))
    }

    static var largeHeatmap: Figure {
        let n = 50
        let values = (0..<n * n).map { index -> Double in
            let distance = Double(index / n - index % n) / 15
            return (exp(-distance * distance) * (1 + 0.2 * sin(Double(index))) * 100).rounded() / 100
        }
        return .heatmap(
            Heatmap(values: values, rows: n, columns: n),
            x: Axis("key"), y: Axis("query"))
    }

    static func picture(_ index: Int, width: Int, height: Int) -> Bitmap {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let dx = Double(x) / Double(width) - 0.5, dy = Double(y) / Double(height) - 0.5
                let inside = dx * dx + dy * dy < 0.12
                pixels +=
                    inside
                    ? [UInt8(200 - index * 20), UInt8(60 + index * 25), 40]
                    : [UInt8(x * 255 / width), UInt8(y * 255 / height), 180]
            }
        }
        return Bitmap(width: width, height: height, pixels: pixels)!
    }

    static var images: Figure {
        .images(
            (0..<7).map { picture($0, width: $0 == 5 ? 12 : 16, height: $0 == 6 ? 600 : 16) },
            captions: ["a red ball", "a dagger on a table", "two_dogs next to a fire", "it's", "r = 0.42", "", "tall"],
            title: "Samples, seed 7")
    }

    static var grid: Figure {
        .grid([band, histograms, heatmap, bars], columns: 2, title: "One run in four panels")
    }

    static var escapes: Figure {
        .line(
            [
                Line(y: [1, 2, 3], name: "loss_total{x}^2 @ & ~ \\alpha"),
                Line(y: [3, 2, 1], name: "it's \"quoted\" `date` $0 %d"),
                Line(y: [2, 2, 2], name: "ünï 中文 😀 z′·v ‖x‖"),
            ],
            title: "a_b^c {d} 'e' \"f\" `g`\nsecond line \\n # $x", x: Axis("x_label {y}"), y: Axis("Ärger & Σ_i"))
    }

    static var empty: Figure {
        .line([Line(y: [.nan, .nan], name: "nothing")], title: "No value", x: Axis("x"), y: Axis("y"))
    }
}
