extension Tensor {
    /// Whether no element is NaN or infinite; whole numbers always are finite.
    package var isFinite: Bool {
        switch dtype {
        case .int64: return true
        case .float32, .bfloat16:
            // All bits of the exponent are set in NaN and infinity alone; without branches the loop runs at full width.
            let exponent: UInt32 = 0x7F80_0000
            return floats.withUnsafeBufferPointer { values in
                var found: UInt32 = 0
                for value in values { found |= (value.bitPattern & exponent) == exponent ? 1 : 0 }
                return found == 0
            }
        }
    }
}
