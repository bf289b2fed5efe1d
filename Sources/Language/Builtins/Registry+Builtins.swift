extension Registry {
    /// A registry with the verbs of the language itself.
    public static func withBuiltins() -> Registry {
        let registry = Registry()
        registry.add([Verb.print])
        return registry
    }
}
