public enum Rhumb {
    /// The version that `rhumb --version`, manifests and the manual page name.
    public static let version = "0.2.0"
}
