import XCTest

final class NotebookTests: XCTestCase {}
