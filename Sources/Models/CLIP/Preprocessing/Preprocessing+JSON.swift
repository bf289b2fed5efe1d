import Basics
import Files
import FoundationEssentials

extension Preprocessing {
    /// Reads the contents of a `preprocessor_config.json`; an absent key has transformers' default for CLIP.
    ///
    /// - Throws: `RhumbError` naming a key whose value can't be used.
    public init(_ json: JSON) throws(RhumbError) {
        if json["image_processor_type"]?.string?.hasPrefix("SiglipImageProcessor") == true {
            self.init(sigLIP: 224)
        } else {
            self.init()
        }
        resizes = json["do_resize"]?.bool ?? true
        crops = json["do_center_crop"]?.bool ?? crops
        rescales = json["do_rescale"]?.bool ?? true
        normalizes = json["do_normalize"]?.bool ?? true
        if let value = json["size"].present {
            if let edge = Self.positive(value) ?? Self.positive(value["shortest_edge"]) {
                size = .shortestEdge(edge)
            } else if let height = Self.positive(value["height"]), let width = Self.positive(value["width"]) {
                size = .exactly(height: height, width: width)
            } else {
                throw .preprocessing("size", value, expected: "a length, 'shortest_edge', or 'height' and 'width'")
            }
        }
        if let value = json["crop_size"].present {
            guard let height = Self.positive(value) ?? Self.positive(value["height"]),
                let width = Self.positive(value) ?? Self.positive(value["width"])
            else { throw .preprocessing("crop_size", value, expected: "a length, or 'height' and 'width'") }
            (cropHeight, cropWidth) = (height, width)
        }
        if let value = json["resample"].present {
            guard let number = value.integer, let filter = ResamplingFilter(rawValue: number) else {
                throw .preprocessing(
                    "resample", value, expected: "a filter of PIL from 1 (Lanczos) to 5, 3 for bicubic")
            }
            self.filter = filter
        }
        if let value = json["rescale_factor"].present {
            guard let factor = value.number else { throw .preprocessing("rescale_factor", value, expected: "a number") }
            rescaleFactor = factor
        }
        mean = try Self.channels(json, "image_mean") ?? mean
        standardDeviation = try Self.channels(json, "image_std") ?? standardDeviation
        guard !standardDeviation.contains(0) else {
            throw .preprocessing("image_std", json["image_std"] ?? .null, expected: "numbers other than 0")
        }
    }

    private static func positive(_ json: JSON?) -> Int? {
        json?.integer.flatMap { (1...100_000).contains($0) ? $0 : nil }
    }

    static func channels(_ json: JSON, _ key: String) throws(RhumbError) -> [Double]? {
        guard let value = json[key].present else { return nil }
        if let one = value.number { return [one, one, one] }
        let numbers = (value.array ?? []).compactMap(\.number)
        guard numbers.count == 3 else { throw .preprocessing(key, value, expected: "three numbers") }
        return numbers
    }

    /// The contents of a `preprocessor_config.json` that says the same.
    public var json: JSON {
        let size: JSON =
            switch self.size {
            case .shortestEdge(let edge): ["shortest_edge": .integer(edge)]
            case .exactly(let height, let width): ["height": .integer(height), "width": .integer(width)]
            }
        if isSigLIP {
            return [
                "image_processor_type": "SiglipImageProcessor", "do_convert_rgb": true, "do_resize": .bool(resizes),
                "size": size, "resample": .integer(filter.rawValue), "do_rescale": .bool(rescales),
                "rescale_factor": .number(rescaleFactor), "do_normalize": .bool(normalizes),
                "image_mean": .array(mean.map(JSON.number)),
                "image_std": .array(standardDeviation.map(JSON.number)),
            ]
        }
        return [
            "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": true, "do_resize": .bool(resizes),
            "size": size, "resample": .integer(filter.rawValue), "do_center_crop": .bool(crops),
            "crop_size": ["height": .integer(cropHeight), "width": .integer(cropWidth)],
            "do_rescale": .bool(rescales), "rescale_factor": .number(rescaleFactor),
            "do_normalize": .bool(normalizes), "image_mean": .array(mean.map(JSON.number)),
            "image_std": .array(standardDeviation.map(JSON.number)),
        ]
    }
}
