import Basics
import Files
import Language
import Tensor

extension VerbFamily {
    static var images: VerbFamily {
        VerbFamily(
            "images", "pictures",
            [ImageVerbs.image, ImageVerbs.resize, ImageVerbs.crop, ImageVerbs.show])
    }
}

enum ImageVerbs {
    private typealias Example = Verb.Example
    private static let family = "images"
    private static var picture: Parameter {
        Parameter(
            "image", .either([.object("image"), .object("tensor"), .list(of: .object("image"))]),
            help: "an image, a list of images, or a tensor [3, height, width]")
    }

    static var image: Verb {
        Verb(
            "image", family: family, summary: "a tensor of pixels as a picture",
            parameters: [
                Parameter("pixels", .tensor, help: "[3, height, width], or [height, width] for grey; from 0 to 1"),
                .option("name", .string, default: "", help: "what it shows"),
                .option("low", .number(), default: 0, help: "the value that becomes black"),
                .option("high", .number(), default: 1, help: "the value that becomes white"),
            ],
            result: "image",
            details:
                "Values beyond black and white are clipped when it is shown or saved; NaN is black then, and a note says so.",
            examples: [
                Example("image(rand(3, 4, 6, seed: 0), name: \"noise\")", gives: "image 6×4  noise"),
                Example(
                    "image([[0, 2], [1, 1]], high: 2).tensor[0]", gives: "tensor 2×2 float32\n    0    1\n  0.5  0.5"),
            ],
            seeAlso: ["resize", "show", "save"]
        ) { call in
            var pixels = try call.tensor("pixels")
            let (low, high) = (Float(try call.number("low")), Float(try call.number("high")))
            guard low != high else {
                throw call.failure(
                    "high", "'high' of 'image' must differ from 'low', which is \(NumberText.shown(Double(low)))")
            }
            if low != 0 || high != 1 { pixels = try (pixels - low) / (high - low) }
            if pixels.rank == 2 { pixels = try pixels.expanded([3] + pixels.shape) }
            let image = try Image(pixels.detached())
            if !image.tensor.isFinite {
                call.host.note("the picture holds numbers that are not finite; shown or saved, NaN is black")
            }
            return .image(image, name: try call.string("name"))
        }
    }

    static var resize: Verb {
        Verb(
            "resize", family: family, summary: "a picture at another size",
            parameters: [
                picture, Parameter("width", .whole(in: 1...65536), help: "its width in pixels"),
                Parameter(
                    "height", .optional(.whole(in: 1...65536)), default: .none,
                    help: "its height; by default in proportion to the width"),
                .option(
                    "mode", .choice(Resampling.allCases.map(\.rawValue)), default: "bicubic",
                    help: "how pixels are mixed"),
            ],
            result: "image, or list of images", details: "When shrinking, every pixel counts (antialiasing).",
            examples: [Example("resize(image(zeros(3, 20, 40)), 10)", gives: "image 10×5")],
            seeAlso: ["crop", "interpolate"]
        ) { call in
            let width = try call.whole("width")
            let mode = Resampling(rawValue: try call.string("mode")) ?? .bicubic
            return try call.mapImages("image") { picture in
                let natural = (Double(picture.height) * Double(width) / Double(picture.width)).rounded()
                let height = try call.optional("height", call.whole) ?? Swift.max(1, Int(natural))
                let rows = try picture.tensor.permuted([1, 2, 0]).unsqueezed(0)
                let resized = try rows.resampled(height: height, width: width, mode, antialias: true)
                // Cubic weights overshoot at edges.
                return try Image(resized.squeezed(0).permuted([2, 0, 1]).clamped(0, 1))
            }
        }
    }

    static var crop: Verb {
        Verb(
            "crop", family: family, summary: "a part of a picture",
            parameters: [
                picture, Parameter("left", .whole(in: 0...65536), help: "pixels cut off on the left"),
                Parameter("top", .whole(in: 0...65536), help: "pixels cut off at the top"),
                Parameter("width", .whole(in: 1...65536), help: "the width of the part"),
                Parameter("height", .whole(in: 1...65536), help: "the height of the part"),
            ],
            result: "image, or list of images",
            examples: [Example("crop(image(zeros(3, 20, 40)), 5, 5, 30, 10)", gives: "image 30×10")],
            seeAlso: ["resize"]
        ) { call in
            let (left, top) = (try call.whole("left"), try call.whole("top"))
            let (width, height) = (try call.whole("width"), try call.whole("height"))
            return try call.mapImages("image") { picture in
                guard left + width <= picture.width, top + height <= picture.height else {
                    throw RhumbError(
                        "'crop' can't take \(width)×\(height) pixels at (\(left), \(top)) from a picture of \(picture.width)×\(picture.height)"
                    )
                }
                return try Image(
                    picture.tensor.sliced(1, from: top, to: top + height).sliced(2, from: left, to: left + width))
            }
        }
    }

    static var show: Verb {
        Verb(
            "show", family: family,
            summary: "a picture or a figure where the output goes: in the terminal, the transcript, the report",
            parameters: [
                Parameter(
                    "image",
                    .either([.object("figure"), .object("image"), .object("tensor"), .list(of: .object("image"))]),
                    help: "a figure, an image, a list of images, or a tensor [3, height, width]")
            ],
            result: "none",
            details: "As the last value of a statement it is shown anyway; in a loop or a function this verb shows it.",
            examples: [Example("for size in [4, 8] { show(image(ones(3, size, size))) }")],
            seeAlso: ["image", "plot", "save"]
        ) { call in
            let shown: [any ObjectValue]
            switch try call.value("image") {
            case .object(let object) where object is FigureValue || object is ImageValue: shown = [object]
            default: shown = try call.images("image").map { ImageValue($0) }
            }
            for value in shown {
                if let attachment = try value.attachment() { call.host.attach(attachment) }
            }
            return .none
        }
    }
}

extension Arguments {
    /// Changes a picture, or each of a list of them; names stay.
    fileprivate func mapImages(_ name: String, _ change: (Image) throws -> Image) throws -> Value {
        let changed = try images(name).map(change)
        let names: [String]
        switch try value(name) {
        case .list(let items): names = items.map { $0.object(as: ImageValue.self)?.name ?? "" }
        case let single: names = [single.object(as: ImageValue.self)?.name ?? ""]
        }
        let values = zip(changed, names).map { Value.image($0, name: $1) }
        if case .list = try value(name) { return .list(values) }
        return values.count == 1 ? values[0] : .list(values)
    }
}
