import Files
import Foundation
import Tensor
import TestSupport
import XCTest

final class ImageFileTests: XCTestCase {
    private struct Expected: Decodable {
        let width: Int
        let height: Int
        let rgb: [Float]
    }

    /// Every kind of PNG and JPEG, against Pillow's pixels.
    func testPixelsAgreeWithPillow() throws {
        let expected = try JSONDecoder().decode([String: Expected].self, from: Data(contentsOf: golden("images.json")))
        XCTAssertEqual(expected.count, 28)
        for (name, theirs) in expected.sorted(by: { $0.key < $1.key }) {
            let image = try ImageFile.read(golden("images/\(name)"))
            XCTAssertEqual([image.width, image.height], [theirs.width, theirs.height], name)
            let interleaved = try image.tensor.permuted([1, 2, 0]).floats.map { $0 * 255 }
            assertClose(interleaved, theirs.rgb, .absolute(name.hasSuffix("png") ? 0.001 : 1.001), name)
        }
    }

    func testJPEGLosesWhatPillowsDoes() throws {
        let theirs = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: golden("jpeg_round_trip.json")))
        var rgb: [UInt8] = []
        for y in 0..<theirs.height {
            for x in 0..<theirs.width {
                for channel in 0..<3 { rgb.append(UInt8((40 * channel + 9 * x + 13 * y + x * y) % 256)) }
            }
        }
        let image = try Image(width: theirs.width, height: theirs.height, rgb: rgb)
        assertClose(try JPEG.roundTrip(image).rgb8, theirs.rgb, .absolute(1))
        XCTAssertGreaterThan(largestDifference(image.rgb8, theirs.rgb), 20, "something is lost")
    }

    func testWhatIsWrittenReadsBackWithItsTexts() throws {
        let folder = TemporaryFolder(self)
        let image = try Image(width: 3, height: 2, rgb: (0..<18).map { UInt8($0 * 14) })
        let texts = [("prompt", "a red ball, \"round\""), ("parameters", "α = 0.5\nsteps: 20"), ("prompt", "again")]
        try ImageFile.write(image, to: folder.file("a.png"), texts: texts)
        let read = try ImageFile.read(folder.file("a.png"))
        XCTAssertEqual(read.rgb8, image.rgb8)
        let kept = try ImageFile.texts(folder.file("a.png"))
        XCTAssertEqual(kept.map(\.keyword), texts.map(\.0))
        XCTAssertEqual(kept.map(\.text), texts.map(\.1))
        XCTAssertEqual(folder.names, ["a.png"])
        XCTAssertTrue(try ImageFile.texts(golden("images/rgb8.png")).isEmpty)
        XCTAssertTrue(try ImageFile.texts(golden("images/colour.jpg")).isEmpty)
    }

    /// As the prompt of a picture that was made from none; the format has chunks of at least one character, without
    /// zeros.
    func testTextsThatThePNGFormatCantHold() throws {
        let folder = TemporaryFolder(self), url = folder.file("a.png")
        let texts = [("prompt", ""), ("negative", "a\0b"), ("note", "é\0"), ("last", "one")]
        try ImageFile.write(Image(try Tensor.zeros([3, 2, 2])), to: url, texts: texts)
        let read = try ImageFile.texts(url).map { "\($0.keyword)=\($0.text)" }
        XCTAssertEqual(Set(read), ["negative=a\u{2400}b", "note=é\u{2400}", "last=one"])
    }

    func testWhatCannotBeWritten() throws {
        let folder = TemporaryFolder(self)
        let image = try Image(width: 1, height: 1, rgb: [1, 2, 3])
        for keyword in ["", String(repeating: "k", count: 80), "α", " a"] {
            XCTAssertThrowsError(try ImageFile.write(image, to: folder.file("a.png"), texts: [(keyword, "x")])) {
                XCTAssertTrue("\($0)".contains("1 to 79 ASCII characters"), "\($0)")
            }
        }
        XCTAssertThrowsError(try ImageFile.write(Image(Tensor.zeros([3, 0, 4])), to: folder.file("a.png"))) {
            XCTAssertTrue("\($0)".contains("a picture of 4×0 has no pixels"), "\($0)")
        }
        XCTAssertEqual(folder.names, [])
    }

    /// Whatever is cut off a JPEG behind its header, as Pillow says: "image file is truncated". (A decoder takes a
    /// progressive one for whole, and all black, where the data of its first scan are missing.)
    func testEveryCutOfAJPEGIsNoticed() throws {
        XCTAssertThrowsError(try ImageFile.read(golden("images/cut_progressive.jpg"))) {
            XCTAssertTrue("\($0)".contains("it ends before its contents do"), "\($0)")
        }
        for name in ["progressive.jpg", "colour.jpg", "grey.jpg", "cmyk.jpg", "orientation6.jpg"] {
            let whole = try [UInt8](Data(contentsOf: golden("images/\(name)")))
            for length in 4..<whole.count {
                XCTAssertThrowsError(
                    try whole[..<length].withUnsafeBytes { try ImageFile.decode($0, file: name) },
                    "\(name) cut to \(length)")
            }
            // What stands behind the end belongs to other programs: a film, a second picture.
            XCTAssertNoThrow(try (whole + [1, 2, 3]).withUnsafeBytes { try ImageFile.decode($0, file: name) }, name)
        }
    }

    func testEveryCutOfAPNGIsNoticed() throws {
        for name in ["rgb8.png", "palette_transparent.png", "orientation5.png"] {
            let whole = try [UInt8](Data(contentsOf: golden("images/\(name)")))
            for length in 8..<(whole.count - 12) {
                XCTAssertThrowsError(
                    try whole[..<length].withUnsafeBytes { try ImageFile.decode($0, file: name) },
                    "\(name) cut to \(length)")
            }
        }
    }

    /// Pictures in formats that are not read are recognised by their first bytes, so that a pattern may pass them over.
    func testForeignPicturesAreRecognised() throws {
        let folder = TemporaryFolder(self)
        let webP = Array("RIFF".utf8) + [26, 0, 0, 0] + Array("WEBPVP8L".utf8) + [UInt8](repeating: 0, count: 18)
        XCTAssertEqual(try FileContents.kind(of: folder.write("a.webp", webP)), .image)
        XCTAssertEqual(try FileContents.kind(of: golden("images/not.gif")), .image)
        XCTAssertThrowsError(try ImageFile.read(folder.file("a.webp"))) {
            XCTAssertEqual(
                $0 as? FileError,
                .malformed(file: folder.file("a.webp").path, item: nil, .foreignPicture(format: "WebP")))
        }
    }

    func testDamagedAndForeignFiles() throws {
        let folder = TemporaryFolder(self)
        func message(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
            let url = try folder.write(name, bytes)
            do {
                _ = try ImageFile.read(url)
                return "no error"
            } catch {
                XCTAssertTrue("\(error)".contains(name), "\(error)")
                return "\(error)"
            }
        }
        let png = try Data(contentsOf: golden("images/rgba16.png"))
        let jpeg = try Data(contentsOf: golden("images/colour.jpg"))
        for length in [9, 20, 40, png.count / 2, png.count - 20] {
            XCTAssertTrue(try message("cut\(length).png", png.prefix(length)).contains("ends before"), "\(length)")
        }
        XCTAssertTrue(try message("cut.jpg", jpeg.prefix(jpeg.count - 30)).contains("ends before"))
        XCTAssertTrue(try message("head.jpg", jpeg.prefix(30)).contains("ends before"))
        var flipped = png
        flipped[60] ^= 1
        XCTAssertTrue(try message("flipped.png", flipped).contains("PNG: "))
        XCTAssertTrue(try message("text.png", "hello".utf8).contains("this is not a PNG or JPEG file"))
        XCTAssertTrue(try message("empty.png", []).contains("this is not a PNG or JPEG file"))
        XCTAssertThrowsError(try ImageFile.read(golden("images/not.gif"))) {
            XCTAssertTrue("\($0)".contains("it is a GIF picture, which can't be read; PNG and JPEG are"), "\($0)")
        }
        // A header that announces 4 gigapixels is refused before any memory is taken.
        var huge = png
        huge.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
        XCTAssertNotEqual(try message("huge.png", huge), "no error")
    }
}
