extension Line {
    /// The line alone or, with a smoothing, pale under the smoothed one, which has its colour and its name.
    ///
    /// - Parameters:
    ///   - path: Tells which of the values are there; all where absent.
    ///   - column: What a line without a name is called.
    public func layers(smoothedBy smoothing: Smoothing?, path: MetricsPath? = nil, column: String = "") -> [Layer] {
        guard let smoothing else { return [.line(self)] }
        let label = name.isEmpty ? column : name
        var smooth = self, pale = self
        smooth.y = path?.smoothed(y, smoothing) ?? smoothing(y)
        smooth.band = nil
        smooth.name = label.isEmpty ? smoothing.name : "\(label) (\(smoothing.name))"
        smooth.showsPoints = false
        (pale.opacity, pale.name) = (0.3, "")
        return [.line(pale), .line(smooth)]
    }
}
