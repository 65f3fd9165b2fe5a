#!/usr/bin/env python
from sharing_project.manage import main

if __name__ == "__main__":
    main()
