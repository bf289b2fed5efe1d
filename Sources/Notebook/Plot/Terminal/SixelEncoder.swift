/// Pictures as sixel escape sequences: columns of six pixels, one character each, one pass a colour and band.
public enum SixelEncoder {
    /// - Parameter colours: The most colours the terminal has registers for; 256 for all that are in use.
    public static func encode(_ bitmap: Bitmap, colours: Int = 256) -> String {
        let reduced = Quantiser(bitmap, limit: min(max(colours, 2), 256))
        var out: [UInt8] = []
        // Aspect 1:1 and the size, so that the terminal can clear just that area.
        out += Array("\u{1b}P0;1;0q\"1;1;\(bitmap.width);\(bitmap.height)".utf8)
        for (index, colour) in reduced.palette.enumerated() {
            out += Array("#\(index);2;\(percent(colour.red));\(percent(colour.green));\(percent(colour.blue))".utf8)
        }
        for top in stride(from: 0, to: bitmap.height, by: 6) {
            appendBand(top, bitmap, reduced, to: &out)
            out.append(UInt8(ascii: "-"))
        }
        out += Array("\u{1b}\\".utf8)
        return String(decoding: out, as: UTF8.self)
    }

    private static func percent(_ channel: UInt8) -> Int { (Int(channel) * 100 + 127) / 255 }

    private static func appendBand(_ top: Int, _ bitmap: Bitmap, _ reduced: Quantiser, to out: inout [UInt8]) {
        let width = bitmap.width, rows = min(6, bitmap.height - top)
        var used: [UInt8: (first: Int, last: Int)] = [:]
        for x in 0..<width {
            for row in 0..<rows {
                let index = reduced.indices[(top + row) * width + x]
                used[index] = (used[index]?.first ?? x, x)
            }
        }
        var isFirst = true
        for (index, extent) in used.sorted(by: { $0.key < $1.key }) {
            if !isFirst { out.append(UInt8(ascii: "$")) }
            isFirst = false
            out += Array("#\(index)".utf8)
            appendRun(count: extent.first, of: 63, to: &out)
            var run = 0
            var previous: UInt8 = 0
            for x in extent.first...extent.last {
                var bits: UInt8 = 0
                for row in 0..<rows where reduced.indices[(top + row) * width + x] == index { bits |= 1 << UInt8(row) }
                let character = bits + 63
                if run > 0, character != previous {
                    appendRun(count: run, of: previous, to: &out)
                    run = 0
                }
                previous = character
                run += 1
            }
            appendRun(count: run, of: previous, to: &out)
        }
    }

    /// One character several times; from four on a count in front is shorter.
    private static func appendRun(count: Int, of character: UInt8, to out: inout [UInt8]) {
        if count > 3 {
            out += Array("!\(count)".utf8)
            out.append(character)
        } else {
            for _ in 0..<count { out.append(character) }
        }
    }
}
