import Notebook
import Report
import XCTest

final class ReportTests: XCTestCase {}
