/// The markers that a JPEG is divided by (ITU T.81, annex B).
enum JPEGMarkers {
    private static let endOfImage: UInt8 = 0xD9
    private static let startOfScan: UInt8 = 0xDA

    /// Whether the file goes on to its end marker, behind the last of its scans.
    ///
    /// A decoder that runs out of data in the middle of a progressive picture may take what it has for a picture: all
    /// black where it has no more than the header of the first scan.
    static func reachEnd(of bytes: UnsafeRawBufferPointer) -> Bool {
        var at = 2
        while let (marker, after) = next(in: bytes, from: at) {
            at = after
            switch marker {
            case endOfImage: return true
            // Those without contents; 0 is not a marker, but a byte 255 of a scan.
            case 0x00, 0x01, 0xD0...0xD8: continue
            default:
                guard at + 2 <= bytes.count else { return false }
                at += max(Int(bytes[at]) << 8 | Int(bytes[at + 1]), 2)
                // The data of a scan have no length: the next marker follows them.
                if marker != startOfScan, at > bytes.count { return false }
            }
        }
        return false
    }

    /// The next byte behind one or more of 255, and the place behind it.
    private static func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> (marker: UInt8, after: Int)? {
        var at = start
        while at + 1 < bytes.count {
            if bytes[at] == 0xFF, bytes[at + 1] != 0xFF { return (bytes[at + 1], at + 2) }
            at += 1
        }
        return nil
    }
}
