/// A colour of the screen (sRGB), eight bits a channel.
public struct Colour: Sendable, Hashable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// The colour written `0xrrggbb`.
    init(_ value: UInt32) {
        self.init(red: UInt8(value >> 16 & 255), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
    }

    /// The colour written `#rrggbb`; `nil` when the text isn't of that form.
    public init?(hex: String) {
        guard hex.count == 7, hex.first == "#", let value = UInt32(hex.dropFirst(), radix: 16) else { return nil }
        self.init(value)
    }

    /// `#rrggbb`.
    public var hex: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// gnuplot's `#aarrggbb`, where 0 is opaque.
    func hex(opacity: Double) -> String {
        let alpha = UInt8(((1 - min(max(opacity, 0), 1)) * 255).rounded())
        return "#" + (alpha < 16 ? "0" : "") + String(alpha, radix: 16) + hex.dropFirst()
    }

    /// The relative luminance of ITU-R BT.709 on the gamma-coded channels, 0…1: enough to choose black or white text.
    var lightness: Double {
        (0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)) / 255
    }

    /// The colour a `fraction` (0…1) of the way to another.
    func mixed(with other: Colour, _ fraction: Double) -> Colour {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Double(a) + (Double(b) - Double(a)) * min(max(fraction, 0), 1)).rounded())
        }
        return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    static let white = Colour(0xffffff)
}
