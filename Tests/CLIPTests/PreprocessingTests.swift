import CLIP
import Files
import Tensor
import TestSupport
import XCTest

/// Pixels must be those of transformers with PIL, to the last of their 8 bits (Golden/make_preprocessing.py).
final class PreprocessingTests: XCTestCase {
    func testEqualToPIL() throws {
        let cases = try XCTUnwrap(JSON(parsing: goldenFiles.data("preprocessing.golden.json")).array)
        XCTAssertEqual(cases.count, 20)
        for json in cases {
            let width = try XCTUnwrap(json["width"]?.integer)
            let height = try XCTUnwrap(json["height"]?.integer)
            let config = try XCTUnwrap(json["config"])
            let image = try Self.picture(width: width, height: height)
            let name = "\(width)×\(height) \(config["size"]?.text() ?? "") filter \(config["resample"]?.text() ?? "")"
            let preprocessing = try Preprocessing(config)
            let pixels = try preprocessing.pixels([image])
            XCTAssertEqual(pixels.shape, [1] + (json["shape"]?.array ?? []).compactMap(\.integer), name)
            let values = pixels.floats
            for pair in json["values"]?.array ?? [] {
                let place = try XCTUnwrap(pair.array?[0].integer)
                let expected = try XCTUnwrap(pair.array?[1].number)
                XCTAssertEqual(Double(values[place]), expected, accuracy: 1e-6 * max(1, abs(expected)), name)
            }
            var raw = preprocessing
            (raw.rescales, raw.normalizes) = (false, false)
            let bytes = try raw.pixels([image]).floats.map { UInt8($0.rounded()) }
            XCTAssertEqual(FNV1a.text(bytes), json["hash"]?.string, name)
        }
    }

    func testConfigurationSurvivesWriting() throws {
        for json in try XCTUnwrap(JSON(parsing: goldenFiles.data("preprocessing.golden.json")).array) {
            let preprocessing = try Preprocessing(XCTUnwrap(json["config"]))
            XCTAssertEqual(try Preprocessing(preprocessing.json), preprocessing)
        }
    }

    func testOlderConfigurations() throws {
        let old = try Preprocessing(JSON(parsing: #"{"size": 336, "crop_size": 336, "feature_extractor_type": "x"}"#))
        XCTAssertEqual(old, Preprocessing(imageSize: 336))
        XCTAssertEqual(try Preprocessing(JSON(parsing: "{}")), Preprocessing(imageSize: 224))
    }

    func testErrorsNameTheKey() throws {
        for (text, key) in [
            (#"{"size": "big"}"#, "size"), (#"{"crop_size": {"height": 3}}"#, "crop_size"),
            (#"{"resample": 0}"#, "resample"),
            (#"{"image_std": [1, 0, 1]}"#, "image_std"), (#"{"image_mean": [1]}"#, "image_mean"),
            (#"{"size": -3}"#, "size"),
        ] {
            XCTAssertThrowsError(try Preprocessing(JSON(parsing: text)), text) {
                XCTAssert("\($0)".hasPrefix("'\(key)' in 'preprocessor_config.json' must be "), "\($0)")
            }
        }
        var untouched = Preprocessing()
        (untouched.resizes, untouched.crops) = (false, false)
        let images = [try Self.picture(width: 4, height: 3), try Self.picture(width: 3, height: 4)]
        XCTAssertThrowsError(try untouched.pixels(images)) {
            XCTAssert("\($0)".contains("4×3 and 3×4 pixels"), "\($0)")
        }
        XCTAssertThrowsError(try untouched.pixels([]))
    }

    /// A picture of the size wanted keeps values between two of 8 bits.
    func testNothingIsRoundedWhereNothingIsResized() throws {
        let image = try Image(Tensor.full([3, 8, 8], 0.5001))
        let value = try XCTUnwrap(Preprocessing(imageSize: 8).pixels([image]).floats.first)
        XCTAssertEqual(value, (0.5001 - 0.48145466) / 0.26862954, accuracy: 1e-6)
    }

    /// The picture of `make_preprocessing.py`.
    static func picture(width: Int, height: Int) throws -> Image {
        var bytes: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                var noise = UInt64(x * 2_654_435_761 + y * 40503 * 65537 + 12345) % 4_294_967_296
                noise = (((noise ^ (noise >> 15)) * 2_246_822_519) % 4_294_967_296) >> 24
                let green = x * 255 / max(width - 1, 1)
                let blue = (x / 3 + y / 5) % 2 == 0 ? 255 : y * 255 / max(height - 1, 1)
                bytes += [UInt8(noise), UInt8(green), UInt8(blue)]
            }
        }
        return try Image(width: width, height: height, rgb: bytes)
    }
}
