import XCTest

final class LanguageTests: XCTestCase {}
