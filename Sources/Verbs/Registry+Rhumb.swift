import Language

extension Registry {
    /// Every verb of Rhumb: the language's own, then a family a topic. Nothing is loaded before a verb runs.
    public static func rhumb() -> Registry {
        let registry = Registry.withBuiltins()
        return registry
    }
}
